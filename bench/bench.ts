import { createEngine } from '../src/engine/engine.js';
import type { Host } from '../src/page/host.js';
import type { Case } from '../test/cases/case.js';
import { cases } from '../test/cases/index.js';
import { layerCases } from '../test/cases/layers.js';
import { relativeError } from '../test/gpu/compare.js';
import { errorOf } from '../test/gpu/error_of.js';
import { inputsOf } from '../test/inputs.js';
import type { Contender, Inputs } from './contender.js';
import { openOnnxruntime } from './onnxruntime.js';
import { rarefy } from './rarefy.js';
import { type Measured, type Missing, type Row, row } from './report.js';
import { openTfjs } from './tfjs.js';
import { interleaved, sample, type Warm } from './timing.js';

export interface BenchOptions {
  /** The cases of the tests, or those and the layers of real nets. */
  readonly set: 'quick' | 'full';
  /** Keeps the cases that have one of these in their name. */
  readonly only: readonly string[];
  /** Measures the other engines as well, and only the operators that they can be asked for. */
  readonly peers: boolean;
}

/** A peer's result may differ from ours by so much of the largest value. */
const PEER_TOLERANCE = 1e-4;

export async function bench(host: Host, { set, only, peers }: BenchOptions): Promise<Measured> {
  const engine = await createEngine({ gpu: host.gpu });
  const all = [...cases, ...(set === 'full' ? layerCases : [])];
  const compared = new Set(all.filter((c) => c.layer).map((c) => c.op));
  const chosen = all
    .filter((c) => only.length === 0 || only.some((part) => c.name.includes(part)))
    .filter((c) => !peers || compared.has(c.op));
  if (chosen.length === 0) throw new Error(`bench: no case has ${only.join(' or ')} in its name`);
  const others = peers ? [await openOnnxruntime(host.url), await openTfjs(host.url)] : [];
  const rows: Row[] = [];
  const unsupported: Missing[] = [];
  for (const [done, c] of chosen.entries()) {
    host.signal.throwIfAborted();
    host.progress({ text: c.name, done, total: chosen.length });
    const measured = await measure(c, rarefy(engine), others, host.signal);
    rows.push(...measured.rows);
    unsupported.push(...measured.unsupported);
  }
  const { adapter } = engine;
  engine.dispose();
  return { adapter, rows, unsupported };
}

/** Checks a case on every engine, then times those that do it. */
async function measure(
  c: Case,
  ours: Contender,
  others: readonly Contender[],
  signal: AbortSignal,
): Promise<Omit<Measured, 'adapter'>> {
  const inputs = inputsOf(c);
  const unsupported: Missing[] = [];
  const entered: Entry[] = [];
  try {
    const first = await enter(ours, c, inputs, (y) => errorOf(c, inputs, y), c.tolerance);
    entered.push(first);
    for (const peer of others) {
      try {
        const difference = ([y]: Outputs) => relativeError(y!, first.outputs[0]!);
        entered.push(await enter(peer, c, inputs, difference, PEER_TOLERANCE));
      } catch (error) {
        const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
        unsupported.push({ case: c.name, engine: peer.name, reason: reason.replace(`${c.name}: `, '') });
      }
    }
    const samples = await interleaved(entered, signal);
    return { rows: entered.map((entry, i) => row(entry.about, samples[i]!)), unsupported };
  } finally {
    for (const { launch } of entered) launch.free();
  }
}

type Outputs = readonly ArrayLike<number>[];

interface Entry extends Warm {
  readonly about: Parameters<typeof row>[0];
  readonly outputs: Outputs;
}

/** Runs a case once on one engine; throws where the result is wrong. */
async function enter(
  contender: Contender,
  c: Case,
  inputs: Inputs,
  errorOf: (outputs: Outputs) => number,
  tolerance: number,
): Promise<Entry> {
  const launch = await contender.prepare(c, inputs);
  try {
    const firstMs = await sample(launch, 1);
    const outputs = await launch.read();
    const maxError = errorOf(outputs);
    if (!(maxError <= tolerance))
      throw new Error(
        `${c.name}: error ${maxError.toExponential(1)}, should be at most ${tolerance.toExponential(1)}`,
      );
    const { variant } = launch;
    const about = { case: c.name, engine: contender.name, variant, maxError, flops: c.flops, bytes: c.bytes };
    return { launch, firstMs, outputs, about };
  } catch (error) {
    launch.free();
    throw error;
  }
}
