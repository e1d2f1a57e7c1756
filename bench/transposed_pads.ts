import { transposedWindow } from '../src/lower/transposed.js';
import type { Padding, Pair } from '../src/shape.js';
import type { Layer } from '../test/cases/layer.js';

/**
 * The padding with which another engine's transposed convolution gives the layer's output: its crop is
 * padding as well, and what lies beyond the full output is output padding.
 */
export function transposedPads({ x, y, w, options }: Extract<Layer, { op: 'conv_transpose2d' }>): {
  readonly pads: Padding;
  readonly outputPad: Pair;
} {
  const { kernel, stride, dilation, origin } = transposedWindow(w.kernel, options);
  const after = (i: 0 | 1, size: number, wanted: number): number =>
    stride[i] * (size - 1) + dilation[i] * (kernel[i] - 1) + 1 - origin[i] - wanted;
  const [bottom, right] = [after(0, x.h, y.h), after(1, x.w, y.w)];
  return {
    pads: [...origin, Math.max(bottom, 0), Math.max(right, 0)],
    outputPad: [Math.max(-bottom, 0), Math.max(-right, 0)],
  };
}
