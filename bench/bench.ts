import { createEngine } from '../src/engine/engine.js';
import type { Host } from '../src/page/host.js';
import { type Case, product } from '../test/cases/case.js';
import { cases } from '../test/cases/index.js';
import { layerCases } from '../test/cases/layers.js';
import { relativeError } from '../test/gpu/compare.js';
import { random } from '../test/random.js';
import { errorOf } from './check.js';
import type { Contender, Inputs, Launch } from './contender.js';
import { openOnnxruntime } from './onnxruntime.js';
import { rarefy } from './rarefy.js';
import { type Measured, type Missing, type Row, row } from './report.js';
import { openTfjs } from './tfjs.js';
import { interleaved } from './timing.js';

export interface BenchOptions {
  /** The cases of the tests, or those and the layers of real nets. */
  readonly set: 'quick' | 'full';
  /** Keeps the cases that have one of these in their name. */
  readonly only: readonly string[];
  /** Measures the other engines as well, on the cases that they can be asked for. */
  readonly peers: boolean;
}

/** A peer's result may differ from ours by so much of the largest value. */
const PEER_TOLERANCE = 1e-4;

export async function bench(host: Host, { set, only, peers }: BenchOptions): Promise<Measured> {
  const engine = await createEngine({ gpu: host.gpu });
  const all = [...cases, ...(set === 'full' ? layerCases : [])];
  const chosen = all
    .filter((c) => only.length === 0 || only.some((part) => c.name.includes(part)))
    .filter((c) => !peers || c.layer);
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
  const inputs: Inputs = Object.fromEntries(
    Object.entries(c.inputs).map(([name, dims], i) => [name, random(product(dims), 17 + i)]),
  );
  const unsupported: Missing[] = [];
  const ready: { launch: Launch; about: Parameters<typeof row>[0] }[] = [];
  const add = ({ name }: Contender, launch: Launch, maxError: number) => {
    const { flops, bytes } = c;
    const about = { case: c.name, engine: name, variant: launch.variant, maxError, flops, bytes };
    ready.push({ launch, about });
  };
  try {
    const launch = await ours.prepare(c, inputs);
    const outputs = await firstOutputs(launch);
    const error = errorOf(c, inputs, outputs);
    add(ours, launch, error);
    if (!(error <= c.tolerance))
      throw new Error(`${c.name}: error ${error.toExponential(1)}, should be at most ${c.tolerance}`);
    for (const peer of others) {
      try {
        const their = await peer.prepare(c, inputs);
        const difference = relativeError((await firstOutputs(their))[0]!, outputs[0]!);
        if (difference <= PEER_TOLERANCE) {
          add(peer, their, difference);
          continue;
        }
        their.free();
        throw new Error(
          `its result differs from ours by ${difference.toExponential(1)} of the largest value`,
        );
      } catch (reason) {
        const text = String(reason instanceof Error ? reason.message : reason);
        unsupported.push({ case: c.name, engine: peer.name, reason: text.split('\n')[0]! });
      }
    }
    const samples = await interleaved(
      ready.map((r) => r.launch),
      signal,
    );
    return { rows: ready.map((r, i) => row(r.about, samples[i]!)), unsupported };
  } finally {
    for (const { launch } of ready) launch.free();
  }
}

async function firstOutputs(launch: Launch): Promise<ArrayLike<number>[]> {
  await launch.run();
  await launch.finish();
  return launch.read();
}
