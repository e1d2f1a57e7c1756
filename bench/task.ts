import type { Graph } from '../src/graph/builder.js';
import { parameters } from '../src/graph/parameters.js';
import { plan } from '../src/graph/plan.js';
import type { Shape } from '../src/shape.js';
import { seededWeights } from '../src/weights/seeded.js';
import type { Weights } from '../src/weights/weights.js';
import type { Case } from '../test/cases/case.js';
import { inputsOf } from '../test/inputs.js';
import { random } from '../test/random.js';
import type { Workload } from './workloads/workload.js';

export type Inputs = Readonly<Record<string, Float32Array>>;

interface Counted {
  /** Of the workload. */
  readonly name: string;
  /** Of the definition, whatever algorithm runs. */
  readonly flops: number;
  /** Operands and outputs in f32, each once: of a net its weights, input and outputs. */
  readonly bytes: number;
}

/** A net with its numbers. */
export interface NetTask<K extends 'net' | 'step' = 'net' | 'step'> extends Counted {
  readonly kind: K;
  readonly graph: Graph;
  readonly shape: Shape;
  readonly weights: Weights;
  /** Planar. */
  readonly x: Float32Array;
  /** Classes and `IGNORE`; empty where it does not learn. */
  readonly labels: Float32Array;
}

export interface LayerTask extends Counted {
  readonly kind: 'layer';
  readonly case: Case;
  readonly inputs: Inputs;
}

/** A workload with the numbers that every engine gets. */
export type Task = LayerTask | NetTask<'net'> | NetTask<'step'>;

/** The label that does not count. */
export const IGNORE = 255;
/** FLOPs of a training step over those of the forward pass: gradients of maps and of filters take as many each. */
const STEP_FLOPS = 3;

/** A GPU's limits, so that a plan counts and never cuts. */
const LIMITS = { bindingBytes: 2 ** 31, bufferBytes: 2 ** 31, workgroups: 65535, alignment: 256 };

const size = ({ n, c, h, w }: Shape): number => n * c * h * w;

/** FLOPs and bytes of a net for an input of this size. */
function countNet(graph: Graph, shape: Shape): { flops: number; bytes: number } {
  const { flops, outputs } = plan(graph, shape, { limits: LIMITS });
  const weights = parameters(graph).map(({ dims }) => dims.reduce((a, b) => a * b, 1));
  const maps = [shape, ...[...outputs.values()].map((y) => y.shape)].map(size);
  return { flops, bytes: 4 * [...weights, ...maps].reduce((a, b) => a + b, 0) };
}

/** What a workload counts as, without its numbers. */
export function counted({ name, work }: Workload): Counted {
  if (work.kind === 'layer') return { name, flops: work.case.flops, bytes: work.case.bytes };
  const { flops, bytes } = countNet(work.graph, work.shape);
  return work.kind === 'net' ? { name, flops, bytes } : { name, flops: STEP_FLOPS * flops, bytes };
}

/** Makes a workload's numbers, the same on every machine. */
export function taskOf(workload: Workload): Task {
  const { work } = workload;
  const about = counted(workload);
  if (work.kind === 'layer') return { ...about, kind: 'layer', case: work.case, inputs: inputsOf(work.case) };
  const { graph, shape } = work;
  const net = { ...about, graph, shape, weights: seededWeights(graph, 1), x: random(size(shape), 2) };
  if (work.kind === 'net') return { ...net, kind: 'net', labels: new Float32Array() };
  const labels = Float32Array.from({ length: shape.n * shape.h * shape.w }, (_, i) =>
    i % 97 === 0 ? IGNORE : Math.floor(i / 700) % work.classes,
  );
  return { ...net, kind: 'step', labels };
}
