import { convTranspose2dShape } from '../../../ops/conv_transpose2d.js';
import type { Padding, Pair } from '../../../shape.js';
import type { Call } from '../call.js';
import type { Dim } from '../size.js';

/** A window as ONNX's attributes have it, over two dimensions. */
export interface OnnxWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pad: Padding;
}

/** A number for each spatial dimension; a signal of one dimension is a map of one row. */
const pairOf = (values: readonly number[], fill: number): Pair => [
  values.length > 1 ? values[0]! : fill,
  values.at(-1)!,
];

/** Throws unless the input has one or two spatial dimensions. */
export function checkSpatial(c: Call): void {
  const rank = c.value(0).steps.length;
  if (rank !== 3 && rank !== 4)
    c.unsupported(`an input of rank ${rank}, should be 3 or 4: one or two spatial dimensions`);
}

/** Halves of the padding of each axis; the odd one goes to the end, or in front with 'lower'. */
function halves([y, x]: Pair, same: 'upper' | 'lower'): Padding {
  const front = same === 'upper' ? Math.floor : Math.ceil;
  return [front(y / 2), front(x / 2), y - front(y / 2), x - front(x / 2)];
}

const sameOf = (c: Call): 'upper' | 'lower' | null =>
  (({ SAME_UPPER: 'upper', SAME_LOWER: 'lower' }) as const)[c.text('auto_pad', 'NOTSET')] ?? null;

/** Height and width of the input, where padding follows from them. */
export function spatial(c: Call): Pair {
  const dims = c.dims(0).slice(2);
  const known = dims.map((d: Dim) =>
    typeof d === 'number'
      ? d
      : c.unsupported('padding by a size that a run decides; give the sizes of the inputs'),
  );
  return pairOf(known, 1);
}

/** @param weights dims of the filter, which say its kernel where an attribute does not. */
export function windowOf(c: Call, weights?: readonly number[]): OnnxWindow {
  const kernel = c.ints('kernel_shape', weights?.slice(2));
  const pads = c.ints(
    'pads',
    kernel.flatMap(() => [0, 0]),
  );
  const half = pads.length / 2;
  const win = {
    kernel: pairOf(kernel, 1),
    stride: pairOf(c.ints('strides', [1]), 1),
    dilation: pairOf(c.ints('dilations', [1]), 1),
    pad: [...pairOf(pads.slice(0, half), 0), ...pairOf(pads.slice(half), 0)] as unknown as Padding,
  };
  const same = sameOf(c);
  return same && c.node.op !== 'ConvTranspose' ? { ...win, pad: samePadding(c, win, same) } : win;
}

/** The padding that makes ceil(size / stride) outputs; of stride 1, whatever the size. */
function samePadding(c: Call, win: OnnxWindow, same: 'upper' | 'lower'): Padding {
  const still = win.stride[0] === 1 && win.stride[1] === 1;
  const size = still ? null : spatial(c);
  const total = ([0, 1] as const).map((i) => {
    const extent = win.dilation[i] * (win.kernel[i] - 1) + 1;
    if (!size) return extent - 1;
    return Math.max((Math.ceil(size[i] / win.stride[i]) - 1) * win.stride[i] + extent - size[i], 0);
  });
  return halves(total as unknown as Pair, same);
}

/** Padding of a transposed convolution, which may follow from the size that it should have. */
export function transposedPadding(c: Call, win: OnnxWindow): { pad: Padding; outputPad: Pair } {
  const outputPad = pairOf(c.ints('output_padding', [0]), 0);
  const wanted = c.ints('output_shape', []);
  const same = sameOf(c);
  if (wanted.length === 0 && !same) return { pad: win.pad, outputPad };
  const [h, w] = spatial(c);
  const size = wanted.length > 0 ? pairOf(wanted.slice(-2), 1) : [h * win.stride[0], w * win.stride[1]];
  const filter = { out: 1, in: 1, kernel: win.kernel, groups: 1, transposed: true };
  const free = convTranspose2dShape(c.where, { n: 1, c: 1, h, w }, filter, { ...win, pad: 0, outputPad });
  const excess = [free.h - size[0]!, free.w - size[1]!] as const;
  return {
    pad: halves([Math.max(excess[0], 0), Math.max(excess[1], 0)], same ?? 'lower'),
    outputPad: [outputPad[0] + Math.max(-excess[0], 0), outputPad[1] + Math.max(-excess[1], 0)],
  };
}
