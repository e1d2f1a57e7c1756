import confusionKernel from '../../kernels/confusion.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { LimitError, ShapeError } from '../errors.js';
import { type Lowering, type PixelMap, whole } from '../lower/lowering.js';
import { checkPixels, pixelRuns } from '../lower/pixel_runs.js';
import type { CountOptions } from '../metrics/confusion.js';
import { ceilDiv } from '../shape.js';

/** Pixels of one invocation: `RUN` of the kernel. */
const RUN = 16;

/** Where pairs are counted, [K, K + 1] of u32: the last column holds labels that are no class. */
export const confusionSize = (classes: number) => ({ n: 1, h: classes, w: classes + 1 });

/**
 * y[truth, label] = the pixels of each pair, or y plus them. Pixels whose truth is ignored or is no class
 * are not counted. Exact below 2^32 pixels.
 * @param add whether y holds counts already.
 */
export function confusion<B>(
  ctx: Lowering<B>,
  t: { truth: PixelMap<B>; label: PixelMap<B>; y: PixelMap<B> },
  {
    classes,
    ignore = null,
    add = false,
  }: CountOptions & { readonly classes: number; readonly add?: boolean },
): Dispatch<B>[] {
  const { truth, label, y } = t;
  checkPixels(ctx.op, 'labels', label.shape, truth.shape);
  checkPixels(ctx.op, 'output', y.shape, confusionSize(classes));
  if (ignore !== null && !(Number.isInteger(ignore) && ignore >= 0 && ignore < 2 ** 32))
    throw new ShapeError(`${ctx.op}: ignore ${ignore}, should be a whole number below 2^32`);
  const cells = classes * (classes + 1);
  const counts = whole(y.buffer, 4 * cells);
  if (counts.size > ctx.limits.bindingBytes)
    throw new LimitError(
      `${ctx.op}: counts of ${classes} classes take ${counts.size} bytes, a binding holds ${ctx.limits.bindingBytes}`,
      counts.size,
      ctx.limits.bindingBytes,
      'ask for a device with a larger maxStorageBufferBindingSize',
    );
  const params = { classes, ignored: ignore ?? 0 };
  const runs = pixelRuns(ctx, { truth, y: label });
  const dispatch = (
    clear: boolean,
    { pixels, views, params: first, bytes }: (typeof runs)[number],
  ): Dispatch<B> => ({
    kernel: confusionKernel,
    elem: ctx.elem,
    constants: { CLEAR: Number(clear), IGNORE: Number(ignore !== null) },
    params: { ...first, ...params, count: clear ? cells : pixels },
    bindings: { truth: views.truth, label: views.y, y: counts } satisfies Record<string, View<B>>,
    invocations: ceilDiv(clear ? cells : pixels, RUN),
    flops: 0,
    bytes: clear ? counts.size : bytes + counts.size,
  });
  return [...(add ? [] : [dispatch(true, runs[0]!)]), ...runs.map((run) => dispatch(false, run))];
}
