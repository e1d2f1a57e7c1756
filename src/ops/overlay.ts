import overlayKernel from '../../kernels/overlay.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, PixelMap } from '../lower/lowering.js';
import { checkPixels, pixelRuns } from '../lower/pixel_runs.js';

/** Colours of labels, and how much they cover. */
export interface OverlayOptions {
  /** The colour of each label, 4 bytes RGBA each. A colour's own alpha scales `alpha`. */
  readonly palette: Uint8Array;
  /** Weight of the colours over the image, in 0 .. 1; 0.5 by default. */
  readonly alpha?: number;
}

/**
 * y = the labels' colours, over an image where there is one; [N, H, W] of RGBA bytes. A label beyond the
 * palette shows the image, or transparent black.
 */
export function overlay<B>(
  ctx: Lowering<B>,
  t: { labels: PixelMap<B>; image: PixelMap<B> | null; y: PixelMap<B> },
  { palette, alpha = 0.5 }: OverlayOptions,
): Dispatch<B>[] {
  const { labels, image, y } = t;
  if (image) checkPixels(ctx.op, 'image', image.shape, labels.shape);
  checkPixels(ctx.op, 'output', y.shape, labels.shape);
  if (palette.length === 0 || palette.length % 4 !== 0)
    throw new ShapeError(`${ctx.op}: palette of ${palette.length} bytes, should be 4 per colour`);
  if (!(alpha >= 0 && alpha <= 1)) throw new ShapeError(`${ctx.op}: alpha ${alpha}, should be in 0 .. 1`);
  const colours = new Uint32Array(Uint8Array.from(palette).buffer);
  const table = ctx.constant(colours);
  return pixelRuns(ctx, { label: labels, image: image ?? labels, y }).map((run) => ({
    kernel: overlayKernel,
    elem: ctx.elem,
    constants: { OVER: Number(image !== null) },
    params: { ...run.params, count: run.pixels, colours: colours.length, alpha },
    bindings: { ...run.views, palette: table },
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}
