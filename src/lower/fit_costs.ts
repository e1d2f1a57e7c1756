import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { modelledBest, parseConvClass } from './choosing.js';
import { COSTS, type Costs } from './costs.js';
import type { Tuning } from './tuning.js';

type Measured = Pick<Tuning, 'layers'>;

/** One class of a record: what is fastest, what the cost model would take, and what each means for the net. */
export interface ClassChoice {
  readonly name: string;
  readonly best: Algorithm;
  readonly modelled: Algorithm;
  /** Milliseconds that all the net's layers of the class take by the one and by the other. */
  readonly bestMs: number;
  readonly modelledMs: number;
}

/** The algorithms of each class of a record, with their times and their costs by the model. */
const classesOf = ({ layers }: Measured) =>
  Object.entries(layers).map(([name, { ms, pixels, netPixels }]) => {
    const { w, taps } = parseConvClass(name)!;
    const times = Object.entries(ms) as [Algorithm, number][];
    return {
      name,
      share: netPixels / pixels,
      modelled: (costs: Costs) =>
        modelledBest(
          times.map(([algorithm]) => algorithm),
          w,
          taps,
          costs,
        ),
      algorithms: times.map(([algorithm, time]) => ({
        algorithm,
        ms: time,
        cost: (costs: Costs) => ALGORITHMS[algorithm].cost(w, taps, costs),
      })),
    };
  });

/** How far the choices of a cost model are from those that were measured. */
export function compareChoices(record: Measured, costs: Costs = COSTS): ClassChoice[] {
  return classesOf(record).map(({ name, share, algorithms, modelled }) => {
    const best = algorithms.reduce((a, b) => (b.ms < a.ms ? b : a));
    const chosen = algorithms.find(({ algorithm }) => algorithm === modelled(costs))!;
    return {
      name,
      best: best.algorithm,
      modelled: chosen.algorithm,
      bestMs: share * best.ms,
      modelledMs: share * chosen.ms,
    };
  });
}

/** Steps by which a cost is tried larger and smaller, down to half a percent. */
const FIRST_STEP = 2;
const LAST_STEP = 1.005;

/**
 * The costs that explain the measured times best: the squares of the logarithms of cost over time, each class by itself,
 * so that it does not matter how busy the machine was meanwhile, are least. Each cost in turn is changed by a factor as
 * long as that makes the sum smaller, by ever smaller factors.
 */
export function fitCosts(records: readonly Measured[]): Costs {
  const classes = records.flatMap(classesOf);
  const misfit = (costs: Costs): number => {
    let sum = 0;
    for (const { algorithms } of classes) {
      const modelled = algorithms.filter(({ algorithm }) => !ALGORITHMS[algorithm].workgroup);
      const logs = modelled.map(({ ms, cost }) => Math.log(cost(costs) / ms));
      const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
      for (const log of logs) sum += (log - mean) ** 2;
    }
    return sum;
  };
  let best = COSTS;
  for (let step = FIRST_STEP; step > LAST_STEP; ) {
    const tried = (['quad', 'wide', 'block', 'strip', 'first', 'transform'] as const).flatMap((name) =>
      [step, 1 / step].map((factor) => ({ ...best, [name]: best[name] * factor })),
    );
    const next = tried.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
    if (misfit(next) < misfit(best)) best = next;
    else step = Math.sqrt(step);
  }
  return best;
}
