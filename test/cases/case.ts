import type { Elem, ElemType } from '../../src/dispatch.js';
import type { Engine } from '../../src/engine/engine.js';
import type { On } from '../../src/engine/operators.js';
import type { Pixels } from '../../src/engine/pixels.js';
import type { Tensor } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import type { Layer } from './layer.js';

/** An operator with its operands on the GPU, ready to run as often as one likes. */
export interface Launch {
  readonly outputs: readonly (Tensor<ElemType> | Pixels)[];
  run(on: On): void;
  free(): void;
}

/** The same operator as a layer whose gradient is checked. */
export interface Differentiable {
  /** Whether the result, as a function of one operand, has kinks, and what it is in between: linear where this is true. */
  readonly kinks?: boolean | 'curved';
  /** Whether it is left to the long run: the float64 twin is slow, or another case says the same. */
  readonly slow?: boolean;
  /** Whether the layer needs the sizes of its operands before a run. */
  readonly sized?: boolean;
  /** The operands that it is differentiated by; all by default. */
  readonly of?: readonly string[];
  /** The operands, from inputs that are uniform in [-1, 1); those by default. */
  operands?(inputs: Readonly<Record<string, Float32Array>>): Readonly<Record<string, Float32Array>>;
  /** The float64 twin of the operands; the case's reference by default. */
  twin?(operands: Readonly<Record<string, Float32Array>>): Float64Array;
  /** Adds the layer to a graph that has the operands as inputs. */
  add(g: Graph, inputs: Readonly<Record<string, Node>>): Node;
}

/** One operator on one set of shapes. The same case is a test and a benchmark. */
export interface Case {
  /** The op, then a sentence of behaviour or the layer that it stands for. */
  readonly name: string;
  readonly op: string;
  /** Planar sizes of the random inputs, by operand: x [N, C, H, W], w as in the layer's file, b [O]. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Largest error relative to max|reference|, in f32. */
  readonly tolerance: number;
  /** What storage in f16 may add, where that is more than the rounding of results. */
  readonly f16Tolerance?: number;
  /** FLOPs of the definition, whatever algorithm runs. */
  readonly flops: number;
  /** Bytes of operands and outputs in f32, each once. */
  readonly bytes: number;
  /** False where there is nothing to split: fewer than three output rows over all images. */
  readonly splits: boolean;
  /** For the comparison with other engines; without it there is none. */
  readonly layer?: Layer;
  /** Without it the operator is in no graph, or makes whole numbers. */
  readonly gradient?: Differentiable;
  /** The inputs, from values of [-1, 1); those themselves by default. */
  operands?(inputs: Readonly<Record<string, Float32Array>>): Readonly<Record<string, Float32Array>>;
  /** The largest error of outputs where it is not that against the whole of `reference`. */
  error?(inputs: Readonly<Record<string, Float32Array>>, outputs: readonly ArrayLike<number>[]): number;
  /** Planar outputs of the float64 twin. */
  reference(inputs: Readonly<Record<string, Float32Array>>): readonly Float64Array[];
  launch(engine: Engine, inputs: Readonly<Record<string, Float32Array>>, elem: Elem): Launch;
}

export const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The bound for a sum of K products in f32: rounding of each product, and growth like a random walk. */
export const sumTolerance = (k: number): number => 2 ** -24 * (4 + 2 * Math.sqrt(k));
