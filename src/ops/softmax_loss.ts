import lossKernel from '../../kernels/softmax_loss.wgsl';
import gradientKernel from '../../kernels/softmax_loss_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Lowering, type Operand, whole } from '../lower/lowering.js';
import { checkPixels, pixelRuns } from '../lower/pixel_runs.js';
import { blocks, type Shape } from '../shape.js';

/** Which pixels count, and how much. */
export interface LossOptions {
  /** Pixels of this label do not count; null where all do. */
  readonly ignore: number | null;
  /** A factor for each class; 1 by default. */
  readonly weights?: readonly number[];
  /**
   * The probability with which a pixel counts, or one for each class: the patch sampling of the paper's section
   * 4. Drawn anew for each batch.
   */
  readonly keep?: number | readonly number[];
  /** Side of the squares of pixels that are drawn together; 1 by default. */
  readonly cell?: number;
  /** Tells the random numbers of several losses apart. */
  readonly stream?: number;
}

/** What the sum over pixels is divided by: the weights that count, all pixels, the images, or 1. */
export type LossNormalization = 'VALID' | 'FULL' | 'BATCH_SIZE' | 'NONE';

/** A loss as its gradient sees it. */
export interface LossGradientOptions extends LossOptions {
  readonly normalization: LossNormalization;
  /** Factor of this loss in the sum of all. */
  readonly scale?: number;
}

/** The loss's sums over pixels: of weighted losses, of weights, of labels that are no class, of losses that are no number. */
export const LOSS_SUMS = 4;

/** What a sum is divided by where that is known beforehand; null where it is the sum of the weights. */
export function lossDivisor(normalization: LossNormalization, x: Omit<Shape, 'c'>): number | null {
  switch (normalization) {
    case 'VALID':
      return null;
    case 'FULL':
      return x.n * x.h * x.w;
    case 'BATCH_SIZE':
      return x.n;
    case 'NONE':
      return 1;
  }
}

/** [N, 4, H, W]: of each pixel its weighted loss, its weight, whether its label is no class, whether its loss is no number. */
export function softmaxLossShape(op: string, x: Shape, label: Shape, o: LossOptions): Shape {
  checkPixels(op, 'labels', label, x);
  const { keep = 1, weights = [], cell = 1 } = o;
  for (const [what, values, most] of [
    ['class weights', weights, Number.MAX_VALUE],
    ['probabilities', typeof keep === 'number' ? [] : keep, 1],
  ] as const) {
    if (values.length !== 0 && values.length !== x.c)
      throw new ShapeError(`${op}: ${values.length} ${what}, should be ${x.c}`);
    for (const v of values)
      if (!(v >= 0 && v <= most))
        throw new ShapeError(`${op}: ${v} among ${what}, should be from 0 to ${most}`);
  }
  if (typeof keep === 'number' && !(keep > 0 && keep <= 1))
    throw new ShapeError(`${op}: pixels kept with probability ${keep}, should be above 0 and at most 1`);
  if (!Number.isSafeInteger(cell) || cell < 1)
    throw new ShapeError(`${op}: cells of ${cell} pixels, should be a positive integer`);
  return { ...x, c: LOSS_SUMS };
}

/** scores [N, C, H, W], labels [N, 1, H, W] of whole numbers, and where pixels are drawn a random counter. */
export interface LossOperands<B> {
  readonly x: Operand<B>;
  readonly label: Operand<B>;
  /** [1, 4, 1, 1] of u32: the seed's two words, the number of the draw, 0. */
  readonly counter?: Operand<B> | undefined;
}

/**
 * y = the multinomial logistic loss of each pixel, Caffe's SoftmaxWithLoss, which counts a probability as 2^-126
 * at least and so a loss as 87.3 at most: here it is exact. See `softmaxLossShape`.
 */
export const softmaxLoss = <B>(
  ctx: Lowering<B>,
  t: LossOperands<B> & { y: Operand<B> },
  o: LossOptions,
): Dispatch<B>[] => launches(ctx, t, o);

/** dx = its gradient with respect to the scores; `totals` is the sum over pixels of `softmaxLoss`. */
export const softmaxLossGradient = <B>(
  ctx: Lowering<B>,
  t: LossOperands<B> & { totals: Operand<B>; y: Operand<B> },
  o: LossGradientOptions,
): Dispatch<B>[] =>
  launches(ctx, t, o, {
    divisor: lossDivisor(o.normalization, t.x.shape) ?? 0,
    scale: o.scale ?? 1,
  });

function launches<B>(
  ctx: Lowering<B>,
  t: LossOperands<B> & { totals?: Operand<B>; y: Operand<B> },
  { ignore, weights, keep = 1, cell = 1, stream = 0 }: LossOptions,
  factors = { divisor: 1, scale: 1 },
): Dispatch<B>[] {
  const { x, label, totals, y } = t;
  const { c, h, w } = x.shape;
  const sampled = keep !== 1;
  if (sampled && !t.counter) throw new ShapeError(`${ctx.op}: pixels are drawn, a counter should be given`);
  const classes = ctx.constant(
    Float32Array.from({ length: 2 * c }, (_, i) =>
      i % 2 === 0 ? (weights?.[i >> 1] ?? 1) : typeof keep === 'number' ? keep : keep[i >> 1]!,
    ),
  );
  const counter = t.counter ? whole(t.counter.buffer, 16) : ctx.constant(new Uint32Array(4));
  return pixelRuns(ctx, { x, label, y }).map((run): Dispatch<B> => {
    return {
      kernel: totals ? gradientKernel : lossKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        ...run.params,
        count: run.pixels,
        c,
        c4: blocks(c),
        pixel: run.pixel,
        h,
        w,
        ignore: ignore ?? -1,
        cell,
        stream,
        sampled: Number(sampled),
        ...factors,
      },
      bindings: { ...run.views, classes, counter, ...(totals && { totals: whole(totals.buffer, 16) }) },
      invocations: run.pixels,
      flops: 0,
      bytes: run.bytes,
    };
  });
}
