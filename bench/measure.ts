import type { Engine } from '../src/engine/engine.js';
import { relativeError } from '../test/gpu/compare.js';
import { check } from './check.js';
import { type Contender, type Launch, Unsupported } from './contender.js';
import { type Missing, type Row, row } from './report.js';
import { type Task, taskOf } from './task.js';
import { interleaved, type Stop, sample, type Warm } from './timing.js';
import type { Workload } from './workloads/workload.js';

/** A peer's result may differ from ours by so much of the largest value. */
const PEER_TOLERANCE = 1e-4;
/** Storing operands and results in f16 rounds them to 11 bits; a net does so in every layer. */
const F16_ROUNDING = 2 ** -10;
const F16_NET = 2 ** -7;

/** What ours in f16 may differ by from ours in f32. */
const f16Tolerance = (task: Task): number =>
  task.kind === 'layer'
    ? task.case.tolerance + (task.case.f16Tolerance ?? F16_ROUNDING) + F16_ROUNDING
    : F16_NET;

export interface Result {
  readonly rows: readonly Row[];
  readonly unsupported: readonly Missing[];
  /** Whether the budget ended before the workload did: a peer, or a round, may be missing. */
  readonly cut: boolean;
}

interface Entry extends Warm {
  readonly about: Parameters<typeof row>[0];
  readonly outputs: readonly ArrayLike<number>[];
}

/** Checks a workload on every engine, then times those that do it, all in turn. */
export async function measure(
  engine: Engine,
  ours: Contender,
  others: readonly Contender[],
  workload: Workload,
  stop: Stop,
  progress: (text: string) => void,
): Promise<Result> {
  progress(`${workload.name}: making its numbers`);
  const task = taskOf(workload);
  const unsupported: Missing[] = [];
  const entered: Entry[] = [];
  try {
    progress(`${workload.name}: checking`);
    const first = await enter(ours, task, (y) => check(engine, task, y));
    entered.push(first);
    for (const peer of others) {
      stop.signal.throwIfAborted();
      progress(`${workload.name}: checking ${peer.name}`);
      try {
        if (performance.now() > stop.deadline) throw new Unsupported('not measured: the budget was spent');
        entered.push(
          await enter(peer, task, async ([y]) => ({
            error: relativeError(y!, first.outputs[0]!),
            tolerance: peer.name === 'rarefy-f16' ? f16Tolerance(task) : PEER_TOLERANCE,
            against: 'rarefy',
          })),
        );
      } catch (error) {
        unsupported.push({ case: task.name, engine: peer.name, reason: reasonOf(error, task.name) });
      }
    }
    progress(`${workload.name}: timing`);
    const samples = await interleaved(entered, stop);
    const cut = performance.now() > stop.deadline;
    const rows: Row[] = [];
    for (const [i, { about, launch }] of entered.entries())
      rows.push({ ...row(about, samples[i]!), ...(await launch.gpu?.()) });
    return { rows, unsupported, cut };
  } finally {
    for (const { launch } of entered) launch.free();
  }
}

/** The first line of what went wrong. */
export function reasonOf(error: unknown, name = ''): string {
  const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return reason.replace(`${name}: `, '');
}

/** Runs a task once on one engine; throws where the result is wrong. */
async function enter(
  contender: Contender,
  task: Task,
  checked: (outputs: Entry['outputs']) => Promise<{ error: number; tolerance: number; against: string }>,
): Promise<Entry> {
  const launch: Launch = await contender.prepare(task);
  try {
    const firstMs = await sample(launch, 1);
    const cold = launch.coldFrom === undefined ? {} : { coldMs: performance.now() - launch.coldFrom };
    const outputs = await launch.read();
    const { error, tolerance, against } = await checked(outputs);
    if (!(error <= tolerance))
      throw new Error(
        `${task.name}: error ${error.toExponential(1)} against ${against}, should be at most ${tolerance.toExponential(1)}`,
      );
    const { flops, bytes } = task;
    const about = { case: task.name, engine: contender.name, variant: launch.variant, against, ...cold };
    return { launch, firstMs, outputs, about: { ...about, maxError: error, flops, bytes } };
  } catch (error) {
    launch.free();
    throw error;
  }
}
