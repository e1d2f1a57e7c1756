import { type Crop, cropShape } from '../../lower/crop.js';
import { crop as cropOp } from '../../ops/crop.js';
import { type CropSumOptions, cropSum as cropSumOp, cropSumShape } from '../../ops/crop_sum.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** A window of each plane: [N, C, H, W] to [N, C, H', W']. */
export function crop(on: On, x: Tensor, o: Crop, y?: Tensor): Tensor {
  const out = output(on, 'crop', x, cropShape('crop', x.shape, o), y);
  recorded(on, (r) => r.add(cropOp(r.lowering('crop', x.elem), { x, y: out }, o)));
  return out;
}

/** y = a + the window of b that has a's size: [N, C, H, W]. */
export function cropSum(on: On, a: Tensor, b: Tensor, o: CropSumOptions, y?: Tensor): Tensor {
  const out = output(on, 'crop_sum', a, cropSumShape('crop_sum', a.shape, b.shape, o), y);
  recorded(on, (r) => r.add(cropSumOp(r.lowering('crop_sum', a.elem), { a, b, y: out }, o)));
  return out;
}
