import type { View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { blocks, type Shape, showShape } from '../shape.js';
import {
  type AnyMap,
  type BandOptions,
  elementsPerPixel,
  type Lowering,
  rowsView,
  splitRows,
} from './lowering.js';

/** Pixels that follow one another in every map of an operator that looks at one pixel at a time. */
export interface PixelRun<B, K extends string> {
  /** The first of them, counted over images. */
  readonly pixel: number;
  readonly pixels: number;
  readonly views: Readonly<Record<K, View<B>>>;
  /** Params `<map>_first`: where the run begins in each view, in the view's elements. */
  readonly params: Readonly<Record<`${K}_first`, number>>;
  readonly bytes: number;
}

/**
 * Cuts maps of one height and width into runs that fit a binding and `ctx.maxFlops`. A band of whole
 * images or of rows of one image is one stretch of memory, so a kernel needs no rows and no images.
 */
export function pixelRuns<B, K extends string>(
  ctx: Lowering<B>,
  maps: Readonly<Record<K | 'y', AnyMap<B>>>,
  options: BandOptions = {},
): PixelRun<B, K | 'y'>[] {
  const named = Object.entries(maps) as [K | 'y', AnyMap<B>][];
  const { h, w } = maps.y.shape;
  const reads = named.map(([, t]) => ({ t, rows: (from: number, to: number) => [from, to] as const }));
  return splitRows(ctx, maps.y, reads, options).map((band) => {
    const views = named.map(([name, t]) => {
      const { view, base, bytes } = rowsView(ctx, t, band);
      const first = (band.image * h + band.row) * w * elementsPerPixel(t) - base;
      return { name, view, first, bytes };
    });
    return {
      pixel: (band.image * h + band.row) * w,
      pixels: band.images * band.rows * w,
      views: Object.fromEntries(views.map((v) => [v.name, v.view])) as Record<K | 'y', View<B>>,
      params: Object.fromEntries(views.map((v) => [`${v.name}_first`, v.first])) as Record<
        `${K | 'y'}_first`,
        number
      >,
      bytes: views.reduce((sum, v) => sum + v.bytes, 0),
    };
  });
}

/** Throws unless a view holds a value per channel, [C/4] of vec4<f32> as `uploadVector` makes it. */
export function checkVector(op: string, name: string, view: View<unknown>, channels: number): void {
  if (view.size !== 16 * blocks(channels))
    throw new ShapeError(
      `${op}: ${name} of ${view.size} bytes, should be ${16 * blocks(channels)} for ${channels} channels`,
    );
}

/** Throws unless a map has a pixel for each of another's. */
export function checkPixels(
  op: string,
  name: string,
  have: Omit<Shape, 'c'>,
  wanted: Omit<Shape, 'c'>,
): void {
  if (have.n !== wanted.n || have.h !== wanted.h || have.w !== wanted.w) {
    const show = ({ n, h, w }: Omit<Shape, 'c'>) => showShape({ n, h, w });
    throw new ShapeError(`${op}: ${name} of ${show(have)} pixels, should be ${show(wanted)}`);
  }
}
