import type { Engine } from '../../engine/engine.js';
import { free } from '../../engine/tensor.js';
import { LimitError, OutOfMemoryError, ShapeError } from '../../errors.js';
import type { Algorithm } from '../../lower/algorithms.js';
import { type Choosing, choosing, parseConvClass, plausible } from '../../lower/choosing.js';
import { type TunedClass, type Tuning, tuningOf } from '../../lower/tuning.js';
import { relativeError } from '../../metrics/relative_error.js';
import { uniform } from '../../random.js';
import type { Shape } from '../../shape.js';
import type { Weights } from '../../weights/weights.js';
import type { Graph } from '../builder.js';
import { inferShapes, type Layer } from '../fuse.js';
import type { Pace } from '../pace.js';
import { parameters } from '../parameters.js';
import { type InputShapes, isShape, namedInputs, type Plan } from '../plan.js';
import { interleaved, median, type Sampling } from './interleaved.js';
import { type Sample, samplesOf } from './samples.js';
import { Trial, uploaded } from './trial.js';

/** How to tune a net. */
export interface TuneOptions {
  /** Sizes of the inputs: by default those of the latest run, or those that the graph fixes. */
  readonly inputs?: InputShapes;
  /** Ends tuning between two submits, with an error. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: TuneProgress) => void;
  /**
   * Milliseconds after which no class is begun, and the one that is under way ends with the round: the rest is listed as
   * untimed. A minute by default.
   */
  readonly budgetMs?: number;
  /** Time every algorithm, also those that the cost model of a measured adapter takes for much slower. */
  readonly all?: boolean;
}

/** How far tuning is: classes of convolutions. */
export interface TuneProgress {
  readonly done: number;
  readonly total: number;
  /** The class that is timed now. */
  readonly layer: string;
}

/**
 * How far an algorithm may be from the direct kernel, relative to the largest value, to be trusted. Winograd loses digits
 * in its transforms, at most 3e-5 in the tests; results in f16 are rounded to 11 bits in either.
 */
const BOUND = { f32: 3e-5, f16: 2 ** -9 } as const;

const BUDGET = 60_000;
/** Milliseconds of a submit, where the net allows more. */
const MOST_SUBMIT_MS = 250;
/** Milliseconds beyond which 3 samples do. */
const LONG = 500;

/** @internal What is tuned, on which device. */
export interface Tuned {
  readonly engine: Engine;
  readonly graph: Graph;
  /** As they are fused. */
  readonly layers: readonly Layer[];
  readonly where: Partial<Choosing>;
  /** What was run last. */
  readonly latest: Plan | null;
  readonly pace: Pace;
  /** Most milliseconds of a submit. */
  readonly maxSubmitMs: number;
}

/** @internal See `Net.tune`. */
export async function tune(what: Tuned, o: TuneOptions): Promise<Tuning> {
  const { engine, graph, where, pace } = what;
  const submitMs = Math.min(what.maxSubmitMs, MOST_SUBMIT_MS);
  const shapes = inferShapes(graph, inputSizes(graph, what.latest, o.inputs));
  const samples = samplesOf(what.layers, shapes, where, pace.flopsIn(submitMs));
  const deadline = performance.now() + (o.budgetMs ?? BUDGET);
  const layers: Record<string, TunedClass> = {};
  const untimed: string[] = [];
  for (const [done, sample] of samples.entries()) {
    o.signal?.throwIfAborted();
    if (performance.now() >= deadline) {
      untimed.push(sample.name);
      continue;
    }
    o.onProgress?.({ done, total: samples.length, layer: sample.name });
    layers[sample.name] = await timed(engine, sample, where, o, { submitMs, deadline });
  }
  o.onProgress?.({ done: samples.length, total: samples.length, layer: '' });
  return tuningOf(engine.adapter, layers, untimed);
}

/** Checks and then times the algorithms of one class. */
async function timed(
  engine: Engine,
  sample: Sample,
  where: Partial<Choosing>,
  o: TuneOptions,
  { submitMs, deadline }: { submitMs: number; deadline: number },
): Promise<TunedClass> {
  const { elem, memory } = choosing(where);
  const { signal = new AbortController().signal } = o;
  const weights = seeded(sample.graph);
  const { n, c, h, w } = sample.x;
  const data = uniform(n * c * h * w, 1);
  const x = await uploaded(engine, data, sample.x, elem);
  const trials: Trial[] = [];
  const prepare = async (algorithm: Algorithm) => {
    signal.throwIfAborted();
    const trial = await Trial.prepare(algorithm, engine, sample, x, { weights, elem, memory, signal });
    trials.push(trial);
    return trial;
  };
  try {
    const direct = await prepare('tile');
    const wanted = await direct.firstOutput();
    const { w: filter, taps } = parseConvClass(sample.own)!;
    const names = plausible(filter, taps, where, o.all ? Number.POSITIVE_INFINITY : undefined);
    const wrong: Partial<Record<Algorithm, number | null>> = {};
    const right: Trial[] = names.includes('tile') ? [direct] : [];
    for (const name of names.filter((each) => each !== 'tile')) {
      try {
        const trial = await prepare(name);
        const error = relativeError(await trial.firstOutput(), wanted);
        if (error <= BOUND[elem]) right.push(trial);
        else wrong[name] = Number.isFinite(error) ? error : null;
      } catch (error) {
        // The device may be too small for this one.
        if (!(error instanceof LimitError || error instanceof OutOfMemoryError)) throw error;
      }
    }
    const entrants = right.length > 0 ? right : [direct];
    const sampling: Sampling = {
      shortest: submitMs / 10,
      longest: submitMs,
      slow: Number.POSITIVE_INFINITY,
      rounds: (ms) => (ms > LONG ? 3 : 5),
    };
    const times = await interleaved(entrants, { signal, deadline }, sampling);
    const ms = Object.fromEntries(entrants.map(({ algorithm }, i) => [algorithm, median(times[i]!)]));
    const { pixels, netPixels } = sample;
    return { ms, pixels, netPixels, ...(Object.keys(wrong).length > 0 && { wrong }) };
  } finally {
    for (const trial of trials) trial.dispose();
    free(x);
  }
}

/** Those given, those of the latest run, or those that the graph fixes. */
function inputSizes(
  graph: Graph,
  latest: Plan | null,
  given: InputShapes | undefined,
): Record<string, Shape> {
  if (given) return namedInputs(graph, given, isShape);
  return Object.fromEntries(
    graph.inputs.map(({ name, channels: c, size, batch }) => {
      const shape = latest?.inputs.get(name)?.shape ?? (size && { n: batch ?? 1, c, h: size[0], w: size[1] });
      if (!shape)
        throw new ShapeError(`${graph.name}: tuned for no size, should be given inputs or have run`);
      return [name, shape];
    }),
  );
}

/** Filters whose results are of the size of their input, as in a trained net. */
function seeded(graph: Graph): Weights {
  return new Map(
    parameters(graph).map(({ name, dims }, i) => {
      const size = dims.reduce((a, b) => a * b, 1);
      const data = uniform(size, i + 2);
      const bound = Math.sqrt((3 * dims[0]!) / size);
      for (let k = 0; k < size; k++) data[k]! *= bound;
      return [name, { dims, data }] as const;
    }),
  );
}
