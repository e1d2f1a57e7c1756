import stitchKernel from '../../kernels/stitch.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Band, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, ceilDiv, type Pair, pair, type Shape, showShape } from '../shape.js';

/**
 * Parts of a map as images of their own: along each axis, cell i of phase k is cell
 * `i * factor + k * step + first` of the map.
 */
export interface Phases {
  /** Cells of the map between neighbours of one phase. */
  readonly factor: number | Pair;
  /** Phases along each axis; `factor` by default. */
  readonly count?: number | Pair;
  /** Cells of the map between one phase and the next; 1 by default. */
  readonly step?: number | Pair;
  /** Cell of the map on which phase 0 begins, before the map where negative; 0 by default. */
  readonly first?: number | Pair;
}

const grid = (o: Phases) => ({
  factor: pair(o.factor),
  count: pair(o.count ?? o.factor),
  step: pair(o.step ?? 1),
  first: pair(o.first ?? 0),
});

function checkGrid(op: string, o: Phases): void {
  const { first, ...rest } = grid(o);
  for (const [key, values] of Object.entries(rest))
    if (!values.every((v) => Number.isSafeInteger(v) && v >= 1))
      throw new ShapeError(`${op}: ${key} ${values.join(' x ')}, should be integers of at least 1`);
  if (!first.every(Number.isSafeInteger))
    throw new ShapeError(`${op}: first ${first.join(' x ')}, should be integers`);
}

/**
 * [N * K, C, H', W'], K phases of each image in rows, from left to right and then down. Without a size each is as
 * large as phase 0, so that it has a cell for every one of the map's.
 */
export function splitShape(op: string, x: Shape, o: Phases, size?: Pair): Shape {
  checkGrid(op, o);
  const { factor, count, first } = grid(o);
  const [h, w] = size ?? [ceilDiv(x.h - first[0], factor[0]), ceilDiv(x.w - first[1], factor[1])];
  if (!(h >= 1 && w >= 1))
    throw new ShapeError(`${op}: phases of ${h} x ${w} cells of ${showShape(x)}, should have at least one`);
  return { n: x.n * count[0] * count[1], c: x.c, h, w };
}

/** [N, C, H, W] of phases [N * K, C, H', W']; without a size it ends with the last cell of the last phase. */
export function stitchShape(op: string, x: Shape, o: Phases, size?: Pair): Shape {
  checkGrid(op, o);
  const { factor, count, step, first } = grid(o);
  const phases = count[0] * count[1];
  if (x.n % phases !== 0)
    throw new ShapeError(`${op}: ${x.n} images, should be a multiple of ${count.join(' x ')} phases`);
  const end = (i: 0 | 1, cells: number) => (cells - 1) * factor[i] + (count[i] - 1) * step[i] + first[i] + 1;
  const [h, w] = size ?? [end(0, x.h), end(1, x.w)];
  if (!(h >= 1 && w >= 1)) throw new ShapeError(`${op}: a map of ${h} x ${w}, should have at least one cell`);
  return { n: x.n / phases, c: x.c, h, w };
}

/** y = the phases of x; cells beyond the map are 0. See `splitShape`. */
export const split = <B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }, o: Phases): Dispatch<B>[] =>
  move(ctx, t, { phases: t.y, map: t.x }, o);

/** The map of these phases; cells of y that no phase has stay as they were. See `stitchShape`. */
export const stitch = <B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }, o: Phases): Dispatch<B>[] =>
  move(ctx, t, { phases: t.x, map: t.y }, o);

function move<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  { phases, map }: { phases: Operand<B>; map: Operand<B> },
  o: Phases,
): Dispatch<B>[] {
  const { factor, count, step, first } = grid(o);
  const { h, w, c } = phases.shape;
  const all = count[0] * count[1];
  /** Rows of the map under rows [from, to) of a phase in this row of phases: at least one, inside. */
  const rows = (phase: number, from: number, to: number): readonly [number, number] => {
    const at = (row: number) => row * factor[0] + phase * step[0] + first[0];
    const low = Math.min(Math.max(at(from), 0), map.shape.h - 1);
    return [low, Math.max(Math.min(at(to - 1) + 1, map.shape.h), low + 1)];
  };
  return bands(
    ctx,
    phases,
    map,
    (image, from, to) => rows(Math.floor((image % all) / count[1]), from, to),
    all,
  ).map(({ band, view }): Dispatch<B> => {
    const pv = rowsView(ctx, phases, band);
    const moved = band.images * band.rows * w * blocks(c);
    return {
      kernel: stitchKernel,
      elem: ctx.elem,
      constants: { SPLIT: Number(phases === y) },
      params: {
        phases_base: pv.base,
        phases_h: h,
        phases_w: w,
        map_base: view.base,
        map_h: map.shape.h,
        map_w: map.shape.w,
        c4: blocks(c),
        image: band.image,
        row: band.row,
        rows: band.rows,
        count: moved,
        phases: all,
        columns: count[1],
        factor_y: factor[0],
        factor_x: factor[1],
        step_y: step[0],
        step_x: step[1],
        first_y: first[0],
        first_x: first[1],
      },
      bindings: phases === x ? { x: pv.view, y: view.view } : { x: view.view, y: pv.view },
      invocations: moved,
      flops: 0,
      bytes: 2 * pv.bytes,
    };
  });
}

/** All phases at once where both maps fit a binding, else rows of one phase at a time. */
function bands<B>(
  ctx: Lowering<B>,
  phases: Operand<B>,
  map: Operand<B>,
  rows: (image: number, from: number, to: number) => readonly [number, number],
  all: number,
): { band: Band; view: ReturnType<typeof rowsView<B>> }[] {
  const whole = (t: Operand<B>): Band => ({ image: 0, images: t.shape.n, row: 0, rows: t.shape.h });
  const view = rowsView(ctx, map, whole(map));
  if (Math.max(rowsView(ctx, phases, whole(phases)).view.size, view.view.size) <= ctx.limits.bindingBytes)
    return [{ band: whole(phases), view }];
  const one = <T extends Operand<B>>(t: T): T => ({ ...t, shape: { ...t.shape, n: 1 } });
  return Array.from({ length: phases.shape.n }, (_, image) => {
    const reads = [{ t: one(map), rows: (from: number, to: number) => rows(image, from, to) }];
    return splitRows(ctx, one(phases), reads).map((part) => ({
      band: { ...part, image },
      view: rowsView(
        ctx,
        map,
        { ...part, image: Math.floor(image / all) },
        rows(image, part.row, part.row + part.rows),
      ),
    }));
  }).flat();
}
