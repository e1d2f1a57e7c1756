import tiledKernel from '../../kernels/conv2d_filter_gradient.wgsl';
import groupedKernel from '../../kernels/conv2d_filter_gradient_grouped.wgsl';
import quadKernel from '../../kernels/conv2d_filter_gradient_quad.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type Conv2dOptions, conv2dWindow } from '../lower/convolution.js';
import type { FilterShape } from '../lower/filter.js';
import {
  inputRows,
  type Lowering,
  type Operand,
  rowsView,
  splitRows,
  windowParams,
} from '../lower/lowering.js';
import { blocks, ceilDiv, type Shape, tensorBytes } from '../shape.js';

/** Invocations that fill a GPU. */
const WANTED_INVOCATIONS = 2 ** 16;
/** Pixels of a run at most, so that a sum in f32 keeps its digits, and at least, so that sums of runs stay few. */
const MOST_PIXELS = 2048;
const LEAST_PIXELS = 256;
/** Bytes that the runs may take, unless one takes more. */
const MOST_BYTES = 64 * 2 ** 20;

/** x [N, I, H, W], dy [N, O, H', W'] and dw, a map of `filterMap`'s sizes in f32. */
export interface FilterGradientOperands<B> {
  readonly x: Operand<B>;
  readonly dy: Operand<B>;
  readonly dw: Operand<B>;
}

/**
 * dw[o, i, u, v] = sum over images and pixels of dy[p, o] * x[p*s - pad + (u, v)*d, i]: a product of matrices
 * whose inner dimension is all pixels. They are cut into runs of rows, and each run has a sum of its own.
 * @returns the dispatches, and the sums [runs, i/g, O, kh*kw], to be added along their images; a single run is dw.
 */
export function conv2dFilterGradient<B>(
  ctx: Lowering<B>,
  { x, dy, dw }: FilterGradientOperands<B>,
  filter: FilterShape,
  o: Conv2dOptions,
): { dispatches: Dispatch<B>[]; sums: Operand<B> } {
  const win = conv2dWindow(filter, o);
  const { n, h, w } = dy.shape;
  const [inGroup, outGroup] = [filter.in / filter.groups, filter.out / filter.groups];
  const tiled = filter.groups === 1 || (inGroup % 4 === 0 && outGroup % 4 === 0);
  const taps = win.kernel[0] * win.kernel[1];
  const one: Shape = { n: 1, c: inGroup, h: filter.out, w: taps };

  // Quads of invocations share what they load where 16 by 16 channels are there to share.
  const quads = tiled && ctx.features.has('subgroups') && inGroup > 8 && outGroup > 8;
  const kernel = quads ? quadKernel : tiled ? tiledKernel : groupedKernel;
  const side = quads ? 16 : 8;
  const rowOfThree = win.kernel[1] === 3 && win.stride[1] === 1 && win.dilation[1] === 1;
  const tapsAtOnce = quads && rowOfThree ? 3 : 1;
  /** Invocations of one run over `outs` output channels. */
  const perRun = (outs: number): number => {
    if (!tiled) return taps * outs * blocks(inGroup);
    const tiles = ceilDiv(Math.min(outs, outGroup), side) * ceilDiv(outs, outGroup) * ceilDiv(inGroup, side);
    return (taps / tapsAtOnce) * tiles * (quads ? 4 : 1);
  };
  const wanted = Math.max(
    Math.min(WANTED_INVOCATIONS / perRun(filter.out), (n * h * w) / LEAST_PIXELS),
    (n * h * w) / MOST_PIXELS,
  );
  const runs = Math.max(1, Math.min(wanted, MOST_BYTES / tensorBytes(one, 'f32')));
  const runRows = ceilDiv(n * h, Math.floor(runs));

  const rows = inputRows(win, x.shape);
  const rowFlops = 2 * w * filter.out * inGroup * taps;
  let made = 0;
  const bands = splitRows(ctx, dy, [{ t: x, rows }], { flopsPerRow: rowFlops }).map((band) => {
    const run = made;
    const runs = ceilDiv(band.rows * band.images, runRows);
    made += runs;
    return { band, run, runs };
  });
  const shape: Shape = { ...one, n: made };
  const buffer = made === 1 ? dw.buffer : ctx.scratch(tensorBytes(shape, 'f32'));
  const sums: Operand<B> = { buffer, shape, elem: 'f32' };

  const dispatches = bands.flatMap(({ band, run, runs: bandRuns }) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, dy, band);
    const flops = rowFlops * band.rows * band.images;
    // Where one row is too long for a dispatch, or one run for a binding, by output channels as well.
    const target: Operand<B> = { ...sums, shape: { ...shape, n: bandRuns } };
    const parts = splitRows(ctx, target, [], {
      flopsPerRow: flops / (filter.out * bandRuns),
      step: filter.groups > 1 ? outGroup : side,
    });
    return parts.map((part): Dispatch<B> => {
      const onto = { ...part, image: run + part.image };
      const view = rowsView(ctx, sums, onto);
      const count = perRun(part.rows) * part.images;
      return {
        kernel,
        elem: ctx.elem,
        constants: quads ? { TAPS: tapsAtOnce } : {},
        params: {
          x_base: xv.base,
          x_h: x.shape.h,
          x_w: x.shape.w,
          x_c4: blocks(x.shape.c),
          y_base: yv.base,
          y_h: h,
          y_w: w,
          y_c4: blocks(dy.shape.c),
          row: band.image * h + band.row,
          rows: band.images * band.rows,
          run_rows: runRows,
          first_run: part.image,
          run,
          dw_base: view.base,
          dw_run: filter.out * taps * blocks(inGroup),
          count,
          ...windowParams(win),
          out: part.row,
          outs: part.rows,
          in_group: inGroup,
          out_group: outGroup,
          group_c4: blocks(inGroup),
        },
        bindings: { x: xv.view, dy: yv.view, dw: view.view },
        invocations: count,
        flops: (flops * part.rows * part.images) / (filter.out * bandRuns),
        bytes: xv.bytes + yv.bytes + view.bytes,
      };
    });
  });
  return { dispatches, sums };
}
