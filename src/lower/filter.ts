import packFilter from '../../kernels/pack_filter.wgsl';
import winogradFilter from '../../kernels/winograd_filter.wgsl';
import winograd2Filter from '../../kernels/winograd2_filter.wgsl';
import type { Dispatch, Elem, View } from '../dispatch.js';
import { LimitError, ShapeError } from '../errors.js';
import type { Limits } from '../limits.js';
import { blocks, ceilDiv, type Pair, vec4Bytes } from '../shape.js';

/** Sizes of a convolution's weights, as the layer sees them. */
export interface FilterShape {
  /** Output channels, over all groups. */
  readonly out: number;
  /** Input channels, over all groups. */
  readonly in: number;
  readonly kernel: Pair;
  readonly groups: number;
  /** Raw data is [in, out/groups, kh, kw] (transposed convolution) instead of [out, in/groups, kh, kw]. */
  readonly transposed: boolean;
}

/** Tiles [first, first + count) of a packed filter. */
export interface FilterPart<B> {
  readonly view: View<B>;
  readonly first: number;
  readonly count: number;
  /** First tile of the view, where it holds more than these. */
  readonly origin?: number;
}

/**
 * The order of a filter in memory.
 * - tiles: [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 output channels, as conv2d_tile.wgsl reads it;
 * - winograd, winograd2: the same with the 36 frequencies of F(4x4, 3x3), the 16 of F(2x2, 3x3), first and no window;
 * - raw: as the layer's file has it.
 */
export type FilterLayout = 'tiles' | WinogradLayout | 'raw';
export type WinogradLayout = 'winograd' | 'winograd2';

/** Rows and columns of the tiles of outputs that Winograd makes at once; null for other layouts. */
export const winogradTile = (layout: FilterLayout): 4 | 2 | null =>
  layout === 'winograd' ? 4 : layout === 'winograd2' ? 2 : null;

/** Values of a 3x3 window's filter as Winograd has them, for tiles of so many rows and columns. */
export const frequencies = (tile: number): number => (tile + 2) ** 2;

/** A filter in a kernel's own order. Parts exist because a binding may be smaller than the filter. */
export interface PackedFilter<B> {
  readonly layout: FilterLayout;
  readonly shape: FilterShape;
  readonly parts: readonly FilterPart<B>[];
}

/** Throws a ShapeError unless the groups divide the channels. */
export function checkFilter(op: string, s: FilterShape): void {
  const { groups } = s;
  if (!Number.isSafeInteger(groups) || groups < 1 || s.in % groups !== 0 || s.out % groups !== 0)
    throw new ShapeError(
      `${op}: ${groups} groups over ${s.in} input and ${s.out} output channels, should divide both`,
    );
}

/** Sizes of the raw weights. */
export const filterDims = ({ out, in: inputs, kernel, groups, transposed }: FilterShape): number[] =>
  transposed ? [inputs, out / groups, ...kernel] : [out, inputs / groups, ...kernel];

/** Elements of the raw weights. */
export const filterSize = (s: FilterShape): number => (s.out * s.in * s.kernel[0] * s.kernel[1]) / s.groups;

/** Tiles of 16 output channels over all groups; a tile never spans two groups. */
export const filterTiles = (s: FilterShape): number => s.groups * ceilDiv(s.out / s.groups, 16);

/** vec4 of one tile of a packed filter; with `raw`, of a whole filter. */
export function tileVec4(s: FilterShape, layout: FilterLayout): number {
  if (layout === 'raw') return ceilDiv(filterSize(s), 4);
  const tile = winogradTile(layout);
  const taps = tile ? frequencies(tile) : s.kernel[0] * s.kernel[1];
  return taps * ceilDiv(s.in / s.groups, 4) * 16;
}

/** Bytes of one tile of a packed filter; with `raw`, of a whole filter, which is f32 always. */
export const tileBytes = (s: FilterShape, layout: FilterLayout, elem: Elem): number =>
  tileVec4(s, layout) * (layout === 'raw' ? 16 : vec4Bytes(elem));

/** The tiles of each part, so that a part fits a binding and a buffer. */
export function splitTiles(
  op: string,
  shape: FilterShape,
  layout: FilterLayout,
  elem: Elem,
  limits: Limits,
): { first: number; count: number }[] {
  const bytes = tileBytes(shape, layout, elem);
  const most = Math.floor(Math.min(limits.bindingBytes, limits.bufferBytes) / bytes);
  if (most < 1)
    throw new LimitError(
      `${op}: ${layout === 'raw' ? 'the' : '16 output channels of the'} filter take ${bytes} bytes, a binding holds ${limits.bindingBytes}`,
      bytes,
      limits.bindingBytes,
      'ask for a device with a larger maxStorageBufferBindingSize',
    );
  const tiles = layout === 'raw' ? 1 : filterTiles(shape);
  const parts = [];
  for (let first = 0; first < tiles; first += most)
    parts.push({ first, count: Math.min(most, tiles - first) });
  return parts;
}

/** The same tiles in parts of at most `most`, over the same views. */
export const dividedParts = <B>(parts: readonly FilterPart<B>[], most: number): FilterPart<B>[] =>
  parts.flatMap(({ view, first, count, origin = first }) =>
    Array.from({ length: ceilDiv(count, most) }, (_, i) => {
      return { view, first: first + i * most, count: Math.min(most, count - i * most), origin };
    }),
  );

/**
 * How raw weights stand in memory.
 * - file: planar, as `filterDims` has them;
 * - map: a feature map of those four sizes, its channels last and filled up to whole vec4;
 * - turned: a map whose window is turned by half a turn.
 */
export type RawOrder = 'file' | 'map' | 'turned';

/** Where element [o, i, tap] of raw weights stands, and how far from the start the first tap is. */
function rawStrides(s: FilterShape, order: RawOrder) {
  const taps = s.kernel[0] * s.kernel[1];
  const [rows, columns] = s.transposed ? [s.in, s.out] : [s.out, s.in];
  const inRow = columns / s.groups;
  const row = taps * (order === 'file' ? inRow : 4 * blocks(inRow));
  const [column, tap] = order === 'file' ? [taps, 1] : [1, row / taps];
  const strides = {
    group_stride: (rows / s.groups) * row,
    out_stride: s.transposed ? column : row,
    in_stride: s.transposed ? row : column,
  };
  return order === 'turned'
    ? { strides: { ...strides, tap_stride: -tap }, origin: (taps - 1) * tap }
    : { strides: { ...strides, tap_stride: tap }, origin: 0 };
}

const PACKING = { tiles: packFilter, winograd: winogradFilter, winograd2: winograd2Filter } as const;

/**
 * Packs tiles [first, first + count) from raw f32 weights into `w`, from byte `at` of it on.
 * @param raw view of raw weights, the index of its first element, and their order.
 */
export function packTiles<B>(
  shape: FilterShape,
  layout: 'tiles' | WinogradLayout,
  elem: Elem,
  tiles: { first: number; count: number },
  raw: { view: View<B>; base: number; order?: RawOrder },
  w: B,
  at = 0,
): Dispatch<B> {
  const size = tiles.count * tileBytes(shape, layout, elem);
  // The Winograd transform makes all frequencies of a vec4 in one invocation.
  const tile = winogradTile(layout);
  const count = (tiles.count * tileVec4(shape, layout)) / (tile ? frequencies(tile) : 1);
  const { strides, origin } = rawStrides(shape, raw.order ?? 'file');
  return {
    kernel: PACKING[layout],
    elem,
    constants: {},
    params: {
      count,
      taps: shape.kernel[0] * shape.kernel[1],
      depth: ceilDiv(shape.in / shape.groups, 4),
      in_group: shape.in / shape.groups,
      tiles: ceilDiv(shape.out / shape.groups, 16),
      out_group: shape.out / shape.groups,
      tile: tiles.first,
      raw_base: raw.base - origin,
      ...strides,
    },
    bindings: { raw: raw.view, w: { buffer: w, offset: at, size } },
    invocations: count,
    flops: 0,
    bytes: raw.view.size + size,
  };
}

/**
 * The raw elements that tiles [first, first + count) read: [from, to). A convolution's output channels
 * follow one another, so a large filter can arrive in parts; a transposed filter is read whole.
 */
export function rawRange(shape: FilterShape, tiles: { first: number; count: number }): [number, number] {
  if (shape.transposed) return [0, filterSize(shape)];
  const perGroup = ceilDiv(shape.out / shape.groups, 16);
  const outGroup = shape.out / shape.groups;
  const channel = (tile: number) =>
    Math.floor(tile / perGroup) * outGroup + Math.min((tile % perGroup) * 16, outGroup);
  const last = tiles.first + tiles.count - 1;
  const end = Math.floor(last / perGroup) * outGroup + Math.min(((last % perGroup) + 1) * 16, outGroup);
  const perChannel = filterSize(shape) / shape.out;
  return [channel(tiles.first) * perChannel, end * perChannel];
}
