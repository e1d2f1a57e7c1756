import type { ElemType } from '../dispatch.js';
import type { Tensor } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import { type Shape, sameShape, showShape } from '../shape.js';
import type { Block } from './block.js';
import type { NetInput } from './net_options.js';
import { isShape, type Plan } from './plan.js';

/** The caller's tensors by the plan's blocks, checked. */
export function endsOf(
  plan: Plan,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor<ElemType>>>,
): Map<Block, GPUBuffer> {
  const ends = new Map<Block, GPUBuffer>();
  for (const [given, wanted] of [
    [inputs, plan.inputs],
    [outputs, plan.outputs],
  ] as const) {
    for (const [name, operand] of wanted) {
      const t = given[name];
      if (!t) throw new ShapeError(`${name}: no tensor given, should be ${showShape(operand.shape)}`);
      if (!sameShape(t.shape, operand.shape) || t.elem !== operand.elem)
        throw new ShapeError(
          `${name}: a tensor of ${showShape(t.shape)} ${t.elem}, should be ${showShape(operand.shape)} ${operand.elem}`,
        );
      ends.set(operand.buffer, t.buffer);
    }
  }
  return ends;
}

/** Whether this is a tensor, not one by each input's name. */
export const isTensor = <T extends NetInput>(value: unknown): value is T =>
  'shape' in (value as object) && isShape((value as NetInput).shape);

/** Sizes by name. */
export const shapesOf = (inputs: Readonly<Record<string, NetInput>>): Record<string, Shape> =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, t.shape]));
