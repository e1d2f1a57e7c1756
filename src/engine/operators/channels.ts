import { argmax as argmaxOp } from '../../ops/argmax.js';
import { type ConcatOptions, concat as concatOp, concatShape } from '../../ops/concat.js';
import { type LrnOptions, lrn as lrnOp } from '../../ops/lrn.js';
import { type SoftmaxOptions, softmax as softmaxOp } from '../../ops/softmax.js';
import { emptyPixels, type LabelMap } from '../pixels.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { alike, engineOf, type On, output } from './on.js';

/** Maps one after another along an axis, the channels by default: [N, sum of C, H, W]. */
export function concat(on: On, xs: readonly Tensor[], o: ConcatOptions = {}, y?: Tensor): Tensor {
  const shapes = xs.map((x) => x.shape);
  const out = output(on, 'concat', alike('concat', xs), concatShape('concat', shapes, o), y);
  recorded(on, (r) => r.add(concatOp(r.lowering('concat', out.elem), { xs, y: out }, o)));
  return out;
}

/** Local response normalisation across channels. */
export function lrn(on: On, x: Tensor, o: LrnOptions, y?: Tensor): Tensor {
  const out = output(on, 'lrn', x, x.shape, y);
  recorded(on, (r) => r.add(lrnOp(r.lowering('lrn', x.elem), { x, y: out }, o)));
  return out;
}

/** Softmax over the channels of each pixel, or its logarithm. */
export function softmax(on: On, x: Tensor, o: SoftmaxOptions = {}, y?: Tensor): Tensor {
  const out = output(on, 'softmax', x, x.shape, y);
  recorded(on, (r) => r.add(softmaxOp(r.lowering('softmax', x.elem), { x, y: out }, o)));
  return out;
}

/** The channel with the largest value at each pixel, the lowest of equals: [N, C, H, W] to [N, H, W]. */
export function argmax(on: On, x: Tensor, y?: LabelMap): LabelMap {
  const out = y ?? emptyPixels(engineOf(on), x.shape, 'argmax');
  recorded(on, (r) => r.add(argmaxOp(r.lowering('argmax', x.elem), { x, y: out })));
  return out;
}
