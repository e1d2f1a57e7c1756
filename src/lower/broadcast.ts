import type { View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { blocks, type Shape, showShape } from '../shape.js';
import { type Band, type Lowering, type Operand, rowsView, splitRows } from './lowering.js';

const AXES = ['n', 'c', 'h', 'w'] as const;

/** The shape where maps meet: on each axis they agree, or are of size 1 and repeated. */
export function broadcastShape(op: string, maps: readonly Shape[]): Shape {
  const size = (axis: (typeof AXES)[number]): number => {
    const sizes = maps.map((m) => m[axis]).filter((s) => s !== 1);
    if (sizes.some((s) => s !== sizes[0]))
      throw new ShapeError(
        `${op}: maps of ${maps.map(showShape).join(' and ')}, ${axis} should be equal or 1`,
      );
    return sizes[0] ?? 1;
  };
  return { n: size('n'), c: size('c'), h: size('h'), w: size('w') };
}

/** A part of an operator whose inputs are repeated along axes of size 1. */
export interface BroadcastRun<B, K extends string> {
  readonly views: Readonly<Record<K | 'y', View<B>>>;
  /** Of y, and for each input `<name>_base` and its strides `<name>_n`, `_h`, `_w`, `_c` in vec4. */
  readonly params: Readonly<Record<string, number>>;
  /** vec4 of y. */
  readonly count: number;
  readonly bytes: number;
}

/** Cuts the work into runs whose views fit a binding. */
export function broadcastRuns<B, K extends string>(
  ctx: Lowering<B>,
  maps: Readonly<Record<K, Operand<B>>>,
  y: Operand<B>,
): BroadcastRun<B, K>[] {
  const named = Object.entries(maps) as [K, Operand<B>][];
  const rowsOf = (t: Operand<B>, from: number, to: number) =>
    t.shape.h === 1 ? ([0, 1] as const) : ([from, to] as const);
  const reads = named.map(([, t]) => ({ t, rows: (from: number, to: number) => rowsOf(t, from, to) }));
  const c4 = blocks(y.shape.c);
  return splitRows(ctx, y, reads).map((band) => {
    const yv = rowsView(ctx, y, band);
    const views: Record<string, View<B>> = { y: yv.view };
    const { image, row, rows, images } = band;
    const params: Record<string, number> = {
      y_base: yv.base,
      h: y.shape.h,
      w: y.shape.w,
      c4,
      image,
      row,
      rows,
    };
    let { bytes } = yv;
    for (const [name, t] of named) {
      const own: Band = t.shape.n === 1 ? { ...band, image: 0, images: 1 } : band;
      const v = rowsView(ctx, t, own, rowsOf(t, row, row + rows));
      views[name] = v.view;
      bytes += v.bytes;
      Object.assign(params, stridesOf(name, t.shape), { [`${name}_base`]: v.base });
    }
    return {
      views: views as Record<K | 'y', View<B>>,
      params,
      count: images * rows * y.shape.w * c4,
      bytes,
    };
  });
}

function stridesOf(name: string, { n, c, h, w }: Shape): Record<string, number> {
  const c4 = blocks(c);
  return {
    [`${name}_n`]: n === 1 ? 0 : h * w * c4,
    [`${name}_h`]: h === 1 ? 0 : w * c4,
    [`${name}_w`]: w === 1 ? 0 : c4,
    [`${name}_c`]: c === 1 ? 0 : 1,
  };
}
