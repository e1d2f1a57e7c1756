import { counted } from '../task.js';
import type { Workload } from './workload.js';

/** A workload as data, with all that another engine needs to run the same. */
export function listOf(workload: Workload): object {
  const { name, work, peers, hardwareOnly = false } = workload;
  const about = { ...counted(workload), name, kind: work.kind, peers, hardwareOnly };
  if (work.kind === 'layer') return { ...about, op: work.case.op, layer: work.case.layer ?? null };
  const { graph, shape } = work;
  const nodes = graph.nodes.map(({ name, kind, attrs, inputs }) => ({
    name,
    kind,
    attrs,
    inputs: inputs.map((x) => x.name),
  }));
  return { ...about, shape, nodes, output: [...graph.outputs.values()][0]!.name };
}
