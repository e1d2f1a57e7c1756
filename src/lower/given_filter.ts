import unpackKernel from '../../kernels/unpack.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { blocks } from '../shape.js';
import {
  type FilterLayout,
  type FilterPart,
  type FilterShape,
  filterDims,
  filterSize,
  type PackedFilter,
  packTiles,
  rawRange,
  splitTiles,
  tileVec4,
} from './filter.js';
import { imagesView, type Lowering, type Operand, whole } from './lowering.js';

/** The map that holds a filter's raw weights: its four sizes, of one pixel a tap. */
export function filterMap(shape: FilterShape): { n: number; c: number; h: number; w: number } {
  const [n, c, h, w] = filterDims(shape) as [number, number, number, number];
  return { n, c, h, w };
}

/**
 * Packs a filter that is a map, as weights that learn are, into scratch of a kernel's own order.
 * @param w map of `filterMap(shape)` in f32
 * @param o turned: by half a turn, for the layouts of tiles
 */
export function packGiven<B>(
  ctx: Lowering<B>,
  w: Operand<B>,
  shape: FilterShape,
  layout: FilterLayout,
  o: { turned?: boolean } = {},
): { filter: PackedFilter<B>; dispatches: Dispatch<B>[] } {
  if (ctx.elem !== 'f32')
    throw new ShapeError(`${ctx.op}: a filter that is a map of ${ctx.elem}, should be f32`);
  if (layout === 'raw') return unpacked(ctx, w, shape);
  const dispatches: Dispatch<B>[] = [];
  const parts = splitTiles(ctx.op, shape, layout, ctx.elem, ctx.limits).map((part): FilterPart<B> => {
    const bytes = part.count * tileVec4(shape, layout) * 16;
    const packed = ctx.scratch(bytes);
    // Tiles read the rows of their output channels; where those stand on the columns they read all.
    const [from, to] = rawRange(shape, part).map((at) => (at * w.shape.n) / filterSize(shape)) as [
      number,
      number,
    ];
    const rows = { image: from, images: to - from, row: 0, rows: w.shape.h };
    const { view, base } = imagesView(ctx, w, rows);
    const raw = { view, base: 4 * base, order: o.turned ? ('turned' as const) : ('map' as const) };
    dispatches.push(packTiles(shape, layout, ctx.elem, part, raw, packed));
    return { view: whole(packed, bytes), ...part };
  });
  return { filter: { layout, shape, parts }, dispatches };
}

/** Planar, as the kernels of odd groups read it. */
function unpacked<B>(ctx: Lowering<B>, w: Operand<B>, shape: FilterShape) {
  const { n, c, h, w: width } = w.shape;
  const size = filterSize(shape);
  const raw = whole(ctx.scratch(size * 4), size * 4);
  const { view, base } = imagesView(ctx, w, null);
  const area = h * width;
  const dispatch: Dispatch<B> = {
    kernel: unpackKernel,
    elem: 'f32',
    constants: { INTEGER: 0 },
    params: { count: n * c * area, c, c4: blocks(c), area, x_base: base, first: 0 },
    bindings: { x: view, y: raw },
    invocations: n * c * area,
    flops: 0,
    bytes: view.size + raw.size,
  };
  const filter: PackedFilter<B> = { layout: 'raw', shape, parts: [{ view: raw, first: 0, count: 1 }] };
  return { filter, dispatches: [dispatch] };
}
