import { ShapeError } from '../../errors.js';
import { type Shape, sameShape, showShape } from '../../shape.js';
import type { Engine } from '../engine.js';
import { Recording } from '../recording.js';
import { empty, type Tensor } from '../tensor.js';

/** Where an operator goes: an engine submits it at once, a recording keeps it. */
export type On = Engine | Recording;

/** The output tensor: the caller's, checked, or a new one. */
export function output(on: On, op: string, x: Tensor, shape: Shape, y?: Tensor): Tensor {
  const engine = on instanceof Recording ? on.engine : on;
  if (!y) return empty(engine, shape, x.elem, op);
  if (!sameShape(y.shape, shape))
    throw new ShapeError(`${op}: output of ${showShape(y.shape)}, should be ${showShape(shape)}`);
  return y;
}
