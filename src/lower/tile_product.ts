import conv2dTile from '../../kernels/conv2d.wgsl';
import conv2dBlock from '../../kernels/conv2d_block.wgsl';
import conv2dQuad from '../../kernels/conv2d_quad.wgsl';
import conv2dWide from '../../kernels/conv2d_wide.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { blocks, ceilDiv, type Shape, type Window } from '../shape.js';
import type { FilterPart, FilterShape } from './filter.js';
import { type Band, type Lowering, windowParams } from './lowering.js';

/** A map as a tile product sees it: its sizes, and a view with the index of the view's first vec4. */
export interface Slab<B> {
  readonly shape: Shape;
  readonly view: View<B>;
  readonly base: number;
}

/** Where the slabs of a product lie, and the images of its band, as its kernels take them. */
export const slabParams = (x: Slab<unknown>, y: Slab<unknown>, band: Band) => ({
  x_base: x.base,
  x_h: x.shape.h,
  x_w: x.shape.w,
  x_c4: blocks(x.shape.c),
  y_base: y.base,
  y_w: y.shape.w,
  y_c4: blocks(y.shape.c),
  image: band.image,
  images: band.images,
});

/** Invocations for the pixels of one tile: one per 4 pixels, in whole quads of invocations. */
export const perTile = (pixels: number) => 4 * ceilDiv(pixels, 16);

/** The kernels of a tile product, by the name that they have among the algorithms. */
const KERNELS = { tile: conv2dTile, quad: conv2dQuad, wide: conv2dWide, block: conv2dBlock } as const;

export type Product = keyof typeof KERNELS;

/** Invocations for the pixels of an image and some tiles. */
const INVOCATIONS: Readonly<Record<Product, (pixels: number, tiles: number) => number>> = {
  tile: (pixels, tiles) => perTile(pixels) * tiles,
  quad: (pixels, tiles) => perTile(pixels) * tiles,
  wide: (pixels, tiles) => 4 * ceilDiv(pixels, 32) * ceilDiv(tiles, 2),
  block: (pixels, tiles) => 64 * ceilDiv(pixels, 64) * ceilDiv(tiles, 4),
};

/** Invocations below which a launch of conv2d_wide.wgsl, in workgroups of 16, may leave a core idle. */
const BUSY = 64;

/** Products that wide invocations make in the time in which quads make one. */
export const WIDE_SPEED = 1.25;

/**
 * Whether wide invocations are worth it for this many pixels and tiles. Where not, quads do the same: both sum in one
 * order, so that a window of an image still comes out as the whole would.
 */
function isWide(pixels: number, tiles: number, images: number): boolean {
  const [wide, quad] = [INVOCATIONS.wide(pixels, tiles), INVOCATIONS.quad(pixels, tiles)];
  return 4 * wide <= WIDE_SPEED * quad && wide * images >= BUSY;
}

/** Input vec4 below which tile_window.wgsl goes through taps and channels in one loop. */
const SHALLOW = 3;

/** Tiles of 16 output channels per group. */
export const groupTiles = (w: FilterShape): number => ceilDiv(w.out / w.groups, 16);

/**
 * One launch of conv2d.wgsl or of one of its twins: a band of output rows by a part of the filter.
 * @param filter `tile` vec4 per tile; `image` vec4 from one image's filter to the next, 0 where shared.
 * @param o by: which runs, by default the quads' wherever they can.
 */
export function tileProduct<B>(
  ctx: Lowering<B>,
  t: { x: Slab<B>; y: Slab<B>; b: View<B> },
  filter: { shape: FilterShape; part: FilterPart<B>; tile: number; image: number },
  win: Window,
  band: Band,
  o: { relu: boolean; flops: number; bytes: number; by?: Product; workgroup?: number },
): Dispatch<B> {
  const { x, y, b } = t;
  const { shape, part } = filter;
  const pixels = band.rows * y.shape.w;
  const depth = ceilDiv(shape.in / shape.groups, 4);
  const shallow = depth < SHALLOW && win.kernel[0] * win.kernel[1] > 1;
  const by = o.by ?? (ctx.features.has('subgroups') ? 'quad' : 'tile');
  const spec = (name: Product) => ({
    kernel: KERNELS[name],
    elem: ctx.elem,
    constants: {
      ...((name === 'tile' || name === 'quad') && { SHALLOW: Number(shallow) }),
      ...(o.workgroup && { WORKGROUP: o.workgroup }),
    },
  });
  const isQuad = by === 'wide' && !isWide(pixels, part.count, band.images);
  const runs = isQuad ? 'quad' : by;
  return {
    ...spec(runs),
    ...(by === 'wide' && { twin: spec(isQuad ? 'wide' : 'quad') }),
    params: {
      ...slabParams(x, y, band),
      y_image: y.shape.h * y.shape.w * blocks(y.shape.c),
      pixel: band.row * y.shape.w,
      pixels,
      ...windowParams(win),
      depth,
      tiles: groupTiles(shape),
      group_c4: blocks(shape.out / shape.groups),
      tile: part.first,
      tile_count: part.count,
      w_base: (part.origin ?? part.first) * filter.tile,
      w_image: filter.image,
      relu: Number(o.relu),
    },
    bindings: { x: x.view, w: part.view, b, y: y.view },
    invocations: INVOCATIONS[runs](pixels, part.count) * band.images,
    flops: o.flops,
    bytes: o.bytes,
  };
}
