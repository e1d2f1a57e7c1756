import { type ResizeOptions, resize as resizeOp, resizeShape } from '../../ops/resize.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** Each plane at another height and width: [N, C, H, W] to [N, C, H', W']. */
export function resize(on: On, x: Tensor, o: ResizeOptions, y?: Tensor): Tensor {
  const out = output(on, 'resize', x, resizeShape('resize', x.shape, o), y);
  recorded(on, (r) => r.add(resizeOp(r.lowering('resize', x.elem), { x, y: out }, o)));
  return out;
}
