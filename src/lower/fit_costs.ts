import { ALGORITHMS, type Algorithm, parseConvClass } from './algorithms.js';
import type { Costs } from './costs.js';
import type { TunedClass, Tuning } from './tuning.js';

/** One class of a record: what is fastest, what the cost model would take, and what each means for the net. */
export interface ClassChoice {
  readonly name: string;
  readonly best: Algorithm;
  readonly modelled: Algorithm;
  /** Milliseconds that all the net's layers of the class take by the one and by the other. */
  readonly bestMs: number;
  readonly modelledMs: number;
}

const timesIn = ({ ms }: TunedClass) => Object.entries(ms) as [Algorithm, number][];

const leastBy = <T>(values: readonly T[], of: (value: T) => number): T =>
  values.reduce((best, value) => (of(value) < of(best) ? value : best));

/** How far the cost model's choices are from those that were measured. */
export function compareChoices({ layers }: Pick<Tuning, 'layers'>, costs: Costs): ClassChoice[] {
  return Object.entries(layers).map(([name, layer]) => {
    const { w, taps } = parseConvClass(name)!;
    const times = timesIn(layer);
    const [best, bestMs] = leastBy(times, ([, ms]) => ms);
    const [modelled, modelledMs] = leastBy(times, ([algorithm]) =>
      ALGORITHMS[algorithm].cost(w, taps, costs),
    );
    const share = layer.netPixels / layer.pixels;
    return { name, best, modelled, bestMs: bestMs * share, modelledMs: modelledMs * share };
  });
}

const ZERO: Costs = { tile: 0, quad: 0, strip: 0, transform: 0 };

/**
 * The costs by which the model is right for these records in the middle: each is the median, over all classes, of the
 * nanoseconds of a pixel over the number of units in it; the transforms' of what their products leave.
 * @returns only those that the records say anything of.
 */
export function fitCosts(records: readonly Pick<Tuning, 'layers'>[]): Partial<Costs> {
  const rates = {
    tile: [] as number[],
    quad: [] as number[],
    strip: [] as number[],
    transform: [] as number[],
  };
  const classes = records.flatMap(({ layers }) => Object.entries(layers));
  const each = (
    visit: (algorithm: Algorithm, ns: number, units: (own: Partial<Costs>) => number) => void,
  ) => {
    for (const [name, layer] of classes) {
      const { w, taps } = parseConvClass(name)!;
      for (const [algorithm, ms] of timesIn(layer))
        visit(algorithm, (1e6 * ms) / layer.pixels, (own) =>
          ALGORITHMS[algorithm].cost(w, taps, { ...ZERO, ...own }),
        );
    }
  };
  each((algorithm, ns, units) => {
    if (algorithm === 'tile' || algorithm === 'quad' || algorithm === 'strip')
      rates[algorithm].push(ns / units({ [algorithm]: 1 }));
  });
  const fitted: Partial<Record<keyof Costs, number>> = {};
  for (const name of ['tile', 'quad', 'strip'] as const)
    if (rates[name].length > 0) fitted[name] = middle(rates[name]);
  each((algorithm, ns, units) => {
    if (algorithm !== 'winograd_tile' && algorithm !== 'winograd_quad') return;
    const of = fitted[algorithm === 'winograd_tile' ? 'tile' : 'quad'];
    if (of === undefined) return;
    rates.transform.push(Math.max(0, ns - units({ tile: of, quad: of })) / units({ transform: 1 }));
  });
  if (rates.transform.length > 0) fitted.transform = middle(rates.transform);
  return fitted;
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
