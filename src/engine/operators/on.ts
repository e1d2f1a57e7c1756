import type { ElemType } from '../../dispatch.js';
import { ShapeError } from '../../errors.js';
import { type Shape, sameShape, showShape } from '../../shape.js';
import type { Engine } from '../engine.js';
import { Recording } from '../recording.js';
import { empty, type Tensor } from '../tensor.js';

/** Where an operator goes: an engine submits it at once, a recording keeps it. */
export type On = Engine | Recording;

/** The output tensor: the caller's, checked, or a new one. Its elements are those of `like`. */
export function output<E extends ElemType>(
  on: On,
  op: string,
  like: { readonly elem: E },
  shape: Shape,
  y?: Tensor<E>,
): Tensor<E> {
  const engine = on instanceof Recording ? on.engine : on;
  if (!y) return empty(engine, shape, like.elem, op);
  if (!sameShape(y.shape, shape) || y.elem !== like.elem)
    throw new ShapeError(
      `${op}: output of ${showShape(y.shape)} in ${y.elem}, should be ${showShape(shape)} in ${like.elem}`,
    );
  return y;
}
