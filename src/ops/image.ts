import fromRgbaKernel from '../../kernels/image_from_rgba.wgsl';
import fromTextureKernel from '../../kernels/image_from_texture.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand, PixelMap } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { type Shape, sameShape, showShape } from '../shape.js';

/**
 * From bytes x in 0 .. 255 to a network's input: y = (x * scale - mean) / std, channel by channel.
 * A grey input is the luma 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), not rounded.
 */
export interface Preprocess {
  /** The channels that the network takes, in their order. */
  readonly order: 'rgb' | 'bgr' | 'grey';
  /** One value per channel, in that order. */
  readonly mean: readonly number[];
  /** One value per channel, in that order; 1 by default. */
  readonly std?: readonly number[];
  /** 1 by default; 1/255 for networks whose mean and std are of values in 0 .. 1. */
  readonly scale?: number;
}

/** What Caffe's ImageNet classifiers (VGG, GoogLeNet, SqueezeNet) are trained on: BGR minus a mean colour. */
export const CAFFE_PREPROCESS: Preprocess = { order: 'bgr', mean: [104, 117, 123] };

/** The same with the unrounded mean of the FCNs for PASCAL VOC. */
export const FCN_PREPROCESS: Preprocess = { order: 'bgr', mean: [104.00698793, 116.66876762, 122.67891434] };

/** The weights of R, G and B in each channel. */
const ORDERS: Readonly<Record<Preprocess['order'], readonly (readonly number[])[]>> = {
  rgb: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  bgr: [
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
  ],
  grey: [[0.299, 0.587, 0.114]],
};

/** The kernels' params red_c .. offset_c: y[c] = red_c R + green_c G + blue_c B + offset_c. */
export function preprocessParams(op: string, p: Preprocess): Record<string, number> {
  const channels = ORDERS[p.order].length;
  const { mean, std = new Array<number>(channels).fill(1), scale = 1 } = p;
  for (const [name, values] of Object.entries({ mean, std })) {
    if (values.length !== channels)
      throw new ShapeError(`${op}: ${name} of ${values.length} values, should be ${channels} for ${p.order}`);
  }
  if (![...mean, ...std, scale].every(Number.isFinite) || std.includes(0))
    throw new ShapeError(
      `${op}: mean [${mean}], std [${std}] and scale ${scale}, should be finite and std not 0`,
    );
  const params: Record<string, number> = {};
  for (let c = 0; c < 3; c++) {
    const weights = ORDERS[p.order][c] ?? [0, 0, 0];
    for (const [i, colour] of ['red', 'green', 'blue'].entries())
      params[`${colour}_${c}`] = (weights[i]! * scale) / (std[c] ?? 1);
    params[`offset_${c}`] = c < channels ? -mean[c]! / std[c]! : 0;
  }
  return params;
}

/** Size of the network's input for an image. */
export const imageShape = ({ n, h, w }: Omit<Shape, 'c'>, p: Preprocess): Shape => ({
  n,
  c: ORDERS[p.order].length,
  h,
  w,
});

function checkOutput(op: string, y: Shape, x: Omit<Shape, 'c'>, p: Preprocess): void {
  const wanted = imageShape(x, p);
  if (!sameShape(y, wanted))
    throw new ShapeError(`${op}: output of ${showShape(y)}, should be ${showShape(wanted)}`);
}

/** y = the preprocessed image: [N, H, W] of RGBA bytes to [N, 3 or 1, H, W]. */
export function imageFromRgba<B>(
  ctx: Lowering<B>,
  t: { x: PixelMap<B>; y: Operand<B> },
  p: Preprocess,
): Dispatch<B>[] {
  checkOutput(ctx.op, t.y.shape, t.x.shape, p);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => ({
    kernel: fromRgbaKernel,
    elem: ctx.elem,
    constants: {},
    params: { ...run.params, ...preprocessParams(ctx.op, p), count: run.pixels, w: t.y.shape.w },
    bindings: run.views,
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}

/**
 * y = the preprocessed texture, [1, 3 or 1, H, W].
 * @param t x: a texture view of a float format, whose first rows and columns are read.
 */
export function imageFromTexture<B>(
  ctx: Lowering<B>,
  t: { x: B; y: Operand<B> },
  p: Preprocess,
): Dispatch<B>[] {
  const { h, w } = t.y.shape;
  checkOutput(ctx.op, t.y.shape, { n: 1, h, w }, p);
  const x: View<B> = { buffer: t.x, offset: 0, size: 0 };
  let first = 0;
  return pixelRuns(ctx, { y: t.y }).map((run) => {
    const dispatch = {
      kernel: fromTextureKernel,
      elem: ctx.elem,
      constants: {},
      params: { ...run.params, ...preprocessParams(ctx.op, p), x_first: first, count: run.pixels, w },
      bindings: { ...run.views, x },
      invocations: run.pixels,
      flops: 0,
      bytes: run.bytes + 4 * run.pixels,
    };
    first += run.pixels;
    return dispatch;
  });
}
