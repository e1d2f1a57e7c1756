import type { View } from '../../dispatch.js';
import { type Activation, activation as activationOp } from '../../ops/activation.js';
import { prelu as preluOp } from '../../ops/prelu.js';
import { scale as scaleOp } from '../../ops/scale.js';
import { type SumOptions, sum as sumOp, sumShape } from '../../ops/sum.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { alike, type On, output } from './on.js';

/** ReLU, leaky ReLU, sigmoid or clip, value by value. */
export function activation(on: On, x: Tensor, f: Activation, y?: Tensor): Tensor {
  const out = output(on, 'activation', x, x.shape, y);
  recorded(on, (r) => r.add(activationOp(r.lowering('activation', x.elem), { x, y: out }, f)));
  return out;
}

/**
 * x where it is positive, else slope[c] * x.
 * @param slope from `uploadVector`; `preluSlope` repeats one that all channels share.
 */
export function prelu(on: On, x: Tensor, slope: View<GPUBuffer>, y?: Tensor): Tensor {
  const out = output(on, 'prelu', x, x.shape, y);
  recorded(on, (r) => r.add(preluOp(r.lowering('prelu', x.elem), { x, slope, y: out })));
  return out;
}

/**
 * x * s[c] + b[c].
 * @param s scale from `uploadVector`.
 * @param b bias from `uploadVector`, or null.
 */
export function scale(
  on: On,
  x: Tensor,
  s: View<GPUBuffer>,
  b: View<GPUBuffer> | null = null,
  y?: Tensor,
): Tensor {
  const out = output(on, 'scale', x, x.shape, y);
  recorded(on, (r) => r.add(scaleOp(r.lowering('scale', x.elem), { x, s, b, y: out })));
  return out;
}

/** The sum of maps of one shape, each with its coefficient. `y` must be none of them. */
export function sum(on: On, xs: readonly Tensor[], o: SumOptions = {}, y?: Tensor): Tensor {
  const shapes = xs.map((x) => x.shape);
  const out = output(on, 'sum', alike('sum', xs), sumShape('sum', shapes, o), y);
  recorded(on, (r) => r.add(sumOp(r.lowering('sum', out.elem), { xs, y: out }, o)));
  return out;
}
