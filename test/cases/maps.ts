import type { Dispatch } from '../../src/dispatch.js';
import type { On } from '../../src/engine/operators.js';
import { recorded } from '../../src/engine/recording.js';
import { empty, free, type Tensor, upload } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import type { Lowering } from '../../src/lower/lowering.js';
import type { Shape } from '../../src/shape.js';
import type { Planar } from '../reference/arithmetic.js';
import { type Case, type Differentiable, product } from './case.js';

/** n, c, h, w. */
export type Size = readonly [number, number, number, number];

export const shapeOf = ([n, c, h, w]: Size): Shape => ({ n, c, h, w });

const dims = ({ n, c, h, w }: Shape): number[] => [n, c, h, w];

/** Values of map i, from those that are uniform in [-1, 1). */
export type Values = (value: number, i: number, at: number) => number;

/** An operator from maps to one map. */
export interface MapCase {
  readonly op: string;
  readonly name: string;
  readonly maps: readonly Size[];
  readonly y: Shape;
  readonly tolerance: number;
  readonly f16Tolerance?: number;
  readonly flops?: number;
  /** False where it reads a map as a whole. */
  readonly splits?: boolean;
  readonly values?: Values;
  /** The layer whose gradient is checked, over values of its own where those of the case lie on kinks. */
  readonly gradient: Omit<Differentiable, 'operands' | 'twin' | 'add'> & {
    readonly values?: Values;
    add(g: Graph, maps: readonly Node[]): Node;
  };
  reference(maps: readonly Planar[]): Float64Array;
  run(on: On, maps: readonly Tensor[], y: Tensor): void;
}

/** The dispatches of an operator that only graphs have. */
export const lowered = (
  on: On,
  op: string,
  y: Tensor,
  dispatches: (ctx: Lowering<GPUBuffer>) => Dispatch<GPUBuffer>[],
): void => recorded(on, (r) => r.add(dispatches(r.lowering(op, y.elem))));

export function mapCase(m: MapCase): Case {
  const shapes = m.maps.map(shapeOf);
  const names = shapes.map((_, i) => 'abcdefgh'[i]!);
  const { values = (v) => v } = m;
  type Inputs = Readonly<Record<string, Float32Array>>;
  const data = (inputs: Inputs, of = values) =>
    names.map((name, i) => inputs[name]!.map((v, at) => of(v, i, at)));
  const twin = (maps: readonly Float32Array[]) =>
    m.reference(maps.map((map, i) => ({ shape: shapes[i]!, data: map })));
  const { values: own, add, ...gradient } = m.gradient;
  return {
    name: `${m.op}: ${m.name}`,
    op: m.op,
    inputs: Object.fromEntries(shapes.map((s, i) => [names[i]!, dims(s)])),
    tolerance: m.tolerance,
    ...(m.f16Tolerance !== undefined && { f16Tolerance: m.f16Tolerance }),
    flops: m.flops ?? 0,
    bytes: 4 * [...shapes, m.y].reduce((sum, s) => sum + product(dims(s)), 0),
    splits: (m.splits ?? true) && m.y.n * m.y.h >= 3,
    gradient: {
      ...gradient,
      operands: (inputs) => Object.fromEntries(data(inputs, own).map((map, i) => [names[i]!, map])),
      twin: (operands) => twin(names.map((name) => operands[name]!)),
      add: (g, operands) =>
        add(
          g,
          names.map((name) => operands[name]!),
        ),
    },
    reference: (inputs) => [twin(data(inputs))],
    launch(engine, inputs, elem) {
      const maps = data(inputs).map((map, i) => upload(engine, map, shapes[i]!, elem, names[i]));
      const y = empty(engine, m.y, elem, 'y');
      return { outputs: [y], run: (on) => m.run(on, maps, y), free: () => free(...maps, y) };
    },
  };
}
