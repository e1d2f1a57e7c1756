import conv2dFirst from '../../kernels/conv2d_first.wgsl';
import conv2dStrip from '../../kernels/conv2d_strip.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { ceilDiv, type Window } from '../shape.js';
import type { FilterPart, FilterShape } from './filter.js';
import { type Band, type Lowering, windowParams } from './lowering.js';
import { type Slab, slabParams } from './tile_product.js';

/** The kernels, by the name that they have among the algorithms, and the rows of 4 pixels that an invocation computes. */
const KERNELS = {
  strip: { kernel: conv2dStrip, rows: 2 },
  first: { kernel: conv2dFirst, rows: 4 },
} as const;

export type StripProduct = keyof typeof KERNELS;

/** One launch of a strip kernel, with what `tileProduct` takes: a band of output rows by a part of the filter. */
export function stripProduct<B>(
  ctx: Lowering<B>,
  { x, y, b }: { x: Slab<B>; y: Slab<B>; b: View<B> },
  { shape, part, tile }: { shape: FilterShape; part: FilterPart<B>; tile: number },
  win: Window,
  band: Band,
  o: { relu: boolean; flops: number; bytes: number; by: StripProduct; workgroup?: number },
): Dispatch<B> {
  const { kernel_h, pad_top, pad_left } = windowParams(win);
  const { kernel, rows } = KERNELS[o.by];
  /** Quads of invocations for 8 output channels. */
  const quads = ceilDiv(ceilDiv(band.rows, rows) * ceilDiv(y.shape.w, 4), 4);
  const first = 2 * part.first;
  const count = Math.min(2 * part.count, ceilDiv(shape.out, 8) - first);
  return {
    kernel,
    elem: ctx.elem,
    constants: o.workgroup ? { WORKGROUP: o.workgroup } : {},
    params: {
      ...slabParams(x, y, band),
      y_h: y.shape.h,
      row: band.row,
      rows: band.rows,
      kernel_h,
      pad_top,
      pad_left,
      depth: ceilDiv(shape.in, 4),
      tile: first,
      tile_count: count,
      w_base: (part.origin ?? part.first) * tile,
      relu: Number(o.relu),
    },
    bindings: { x: x.view, w: part.view, b, y: y.view },
    invocations: 4 * quads * count * band.images,
    flops: o.flops,
    bytes: o.bytes,
  };
}
