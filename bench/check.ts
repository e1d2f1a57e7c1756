import type { Engine } from '../src/engine/engine.js';
import { relativeError } from '../test/gpu/compare.js';
import { errorOf } from '../test/gpu/error_of.js';
import { runGraph } from '../test/reference/graph.js';
import { checkStep } from './check_step.js';
import { netLaunch } from './rarefy_net.js';
import type { NetTask, Task } from './task.js';

/** How far a first result is from the truth. */
export interface Check {
  /** Relative to the largest value. */
  readonly error: number;
  readonly tolerance: number;
  /** What it was held against. */
  readonly against: string;
}

type Outputs = readonly ArrayLike<number>[];

/** A net of more FLOPs would take the float64 twin minutes. */
const TWIN_FLOPS = 2e9;
const NET_TOLERANCE = 1e-4;

/** Holds our own result against the float64 twin on the CPU or, where that takes too long, against direct kernels. */
export async function check(engine: Engine, task: Task, outputs: Outputs): Promise<Check> {
  if (task.kind === 'layer') {
    const { case: c, inputs } = task;
    return { error: errorOf(c, inputs, outputs), tolerance: c.tolerance, against: 'float64' };
  }
  if (task.kind === 'step') return checkStep(task, outputs[0]![0]!, outputs.slice(1));
  const { graph, weights, shape, x: data, flops } = task;
  if (flops > TWIN_FLOPS) {
    const error = worst(outputs, await direct(engine, task));
    return { error, tolerance: NET_TOLERANCE, against: 'direct kernels' };
  }
  const maps = runGraph(graph, weights, { [graph.inputs[0]!.name]: { shape, data } });
  const wanted = [...graph.outputs.values()].map((node) => maps.get(node.name)!.data);
  return { error: worst(outputs, wanted), tolerance: NET_TOLERANCE, against: 'float64' };
}

const worst = (outputs: Outputs, wanted: Outputs): number =>
  Math.max(...outputs.map((y, i) => relativeError(y, wanted[i]!)));

/** What the same net gives without Winograd: by kernels that are each held against the twin, layer by layer. */
async function direct(engine: Engine, task: NetTask): Promise<Outputs> {
  const launch = await netLaunch(engine, task, { memory: 'low' });
  try {
    await launch.run();
    return await launch.read();
  } finally {
    launch.free();
  }
}
