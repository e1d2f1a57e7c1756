import forwardKernel from '../../kernels/batch_norm.wgsl';
import gradientKernel from '../../kernels/batch_norm_gradient.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { checkVector, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** What a batch norm divides by, and whose statistics it takes. */
export interface BatchNormOptions {
  readonly epsilon: number;
  /** Stored mean and variance, which no gradient goes through, instead of the batch's own. */
  readonly frozen: boolean;
}

/** Values per channel as [C/4] of vec4<f32>. */
interface Vectors<B> {
  readonly mean: View<B>;
  readonly variance: View<B>;
  readonly gamma: View<B>;
}

function check<B>(ctx: Lowering<B>, views: Readonly<Record<string, View<B>>>, channels: number): void {
  for (const [name, view] of Object.entries(views)) checkVector(ctx.op, name, view, channels);
}

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. */
export function batchNorm<B>(
  ctx: Lowering<B>,
  { x, y, ...vectors }: { x: Operand<B>; y: Operand<B>; beta: View<B> } & Vectors<B>,
  { epsilon }: BatchNormOptions,
): Dispatch<B>[] {
  const { c } = y.shape;
  check(ctx, { ...vectors }, c);
  return pixelRuns(ctx, { x, y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel: forwardKernel,
      elem: ctx.elem,
      constants: {},
      params: { ...run.params, count, c4: blocks(c), epsilon },
      bindings: { ...run.views, ...vectors },
      invocations: count,
      flops: 4 * run.pixels * c,
      bytes: run.bytes,
    };
  });
}

/** What both gradients read. */
export type BatchNormGradientOperands<B> = { x: Operand<B>; dy: Operand<B>; y: Operand<B> } & Vectors<B>;

/** y = dy times the normal values: its sum over pixels is dgamma, as that of dy is dbeta. */
export const batchNormProduct = <B>(
  ctx: Lowering<B>,
  { gamma, ...t }: BatchNormGradientOperands<B>,
  o: BatchNormOptions,
): Dispatch<B>[] => launches(ctx, { ...t, gamma, dgamma: gamma, dbeta: gamma }, o, true);

/** y = dx, through the batch's statistics too unless they are frozen. */
export const batchNormGradient = <B>(
  ctx: Lowering<B>,
  t: BatchNormGradientOperands<B> & { dgamma: View<B>; dbeta: View<B> },
  o: BatchNormOptions,
): Dispatch<B>[] => launches(ctx, t, o, false);

function launches<B>(
  ctx: Lowering<B>,
  t: BatchNormGradientOperands<B> & { dgamma: View<B>; dbeta: View<B> },
  { epsilon, frozen }: BatchNormOptions,
  product: boolean,
): Dispatch<B>[] {
  const { x, dy, y, ...vectors } = t;
  const { n, c, h, w } = x.shape;
  check(ctx, { ...vectors }, c);
  return pixelRuns(ctx, { x, dy, y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel: gradientKernel,
      elem: ctx.elem,
      constants: { PRODUCT: Number(product) },
      params: { ...run.params, count, c4: blocks(c), epsilon, share: frozen ? 0 : 1 / (n * h * w) },
      bindings: { ...run.views, ...vectors },
      invocations: count,
      flops: 6 * run.pixels * c,
      bytes: run.bytes,
    };
  });
}
