import type { ElemType } from '../../dispatch.js';
import { ShapeError } from '../../errors.js';
import { type Shape, sameShape, showShape } from '../../shape.js';
import type { Engine } from '../engine.js';
import { Recording } from '../recording.js';
import { empty, type Tensor } from '../tensor.js';

/** Where an operator goes: an engine submits it at once, a recording keeps it. */
export type On = Engine | Recording;

/** The engine behind either. */
export const engineOf = (on: On): Engine => (on instanceof Recording ? on.engine : on);

/** The first of several inputs, all with elements of one type. */
export function alike(op: string, xs: readonly Tensor[]): Tensor {
  const [first] = xs;
  if (!first) throw new ShapeError(`${op}: no maps, should be at least one`);
  for (const x of xs) {
    if (x.elem !== first.elem)
      throw new ShapeError(`${op}: map in ${x.elem}, should be in ${first.elem} like the first`);
  }
  return first;
}

/** The output tensor: the caller's, checked, or a new one. Its elements are those of `like`. */
export function output<E extends ElemType>(
  on: On,
  op: string,
  like: { readonly elem: E },
  shape: Shape,
  y?: Tensor<E>,
): Tensor<E> {
  if (!y) return empty(engineOf(on), shape, like.elem, op);
  if (!sameShape(y.shape, shape) || y.elem !== like.elem)
    throw new ShapeError(
      `${op}: output of ${showShape(y.shape)} in ${y.elem}, should be ${showShape(shape)} in ${like.elem}`,
    );
  return y;
}
