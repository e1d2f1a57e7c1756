import type { Elem } from '../../src/dispatch.js';
import { uploadFilter } from '../../src/engine/filter.js';
import { conv2d } from '../../src/engine/operators.js';
import { empty, free, upload, uploadVector } from '../../src/engine/tensor.js';
import { type FilterLayout, type FilterShape, winogradTile } from '../../src/lower/filter.js';
import { type Conv2dOptions, conv2dFlops, conv2dLayout, conv2dShape } from '../../src/ops/conv2d.js';
import type { Pair, Shape } from '../../src/shape.js';
import { conv2d as reference } from '../reference/conv2d.js';
import { maxPool } from '../reference/max_pool.js';
import { type Case, product, sumTolerance } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

/**
 * Winograd F(4x4) loses digits in its transforms: Lavin and Gray report the same order. F(2x2) only adds, up to 4 inputs
 * and 9 products, and in f16 keeps within the rounding of two passes.
 */
const WINOGRAD: Partial<Record<FilterLayout, Pick<Case, 'tolerance' | 'f16Tolerance'>>> = {
  // The frequencies are rounded to 11 bits before the output transform, whose factors reach 64.
  winograd: { tolerance: 3e-5, f16Tolerance: 64 * 2 ** -11 },
  winograd2: { tolerance: 1e-6 },
};

export function conv(
  name: string,
  [n, c, h, w]: Size,
  out: number,
  kernel: Pair,
  o: Conv2dOptions & { groups?: number; bias?: boolean; layout?: FilterLayout } = {},
): Case {
  const { groups = 1, bias = true, layout: wanted, ...options } = o;
  const { pool, ...window } = options;
  const xs: Shape = { n, c, h, w };
  const ws: FilterShape = { out, in: c, kernel, groups, transposed: false };
  const conv = conv2dShape('conv2d', xs, ws, window);
  const ys = conv2dShape('conv2d', xs, ws, options);
  const layoutIn = (elem: Elem) =>
    wanted ?? conv2dLayout(ws, options, { features: new Set(['subgroups']), elem });
  const layout = layoutIn('f32');
  const f16Tolerance = WINOGRAD[layoutIn('f16')]?.f16Tolerance;
  const inputs: Record<string, number[]> = { x: [n, c, h, w], w: [out, c / groups, ...kernel] };
  if (bias) inputs.b = [out];
  return {
    name: `conv2d: ${name}`,
    op: 'conv2d',
    inputs,
    tolerance: WINOGRAD[layout]?.tolerance ?? sumTolerance((c / groups) * kernel[0] * kernel[1]),
    ...(f16Tolerance && { f16Tolerance }),
    flops: conv2dFlops(conv, ws),
    bytes:
      4 * (Object.values(inputs).reduce((sum, dims) => sum + product(dims), 0) + ys.n * ys.c * ys.h * ys.w),
    splits: ys.n * Math.ceil(ys.h / (winogradTile(layout) ?? 1)) >= 3,
    // No other engine runs the pool in the same launch.
    ...(!pool && { layer: { op: 'conv2d', x: xs, y: ys, w: ws, options } }),
    gradient: {
      kinks: options.relu || pool !== undefined,
      // A graph chooses the layout itself: the same layers again.
      slow: layout === 'winograd2',
      add(g, { x, w, b }) {
        const attrs = { filter: ws, options: window, bias };
        const y = g.add('conv2d_given', 'y', [x!, w!, ...(b ? [b] : [])], attrs);
        return pool ? g.maxPool('pooled', y, { kernel: 2, stride: 2, ceil: pool.ceil }) : y;
      },
    },
    reference(data) {
      const y = reference(data.x!, xs, data.w!, ws, data.b ?? null, window);
      return [pool ? maxPool(y, conv, { kernel: 2, stride: 2, ceil: pool.ceil }).y : y];
    },
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const filter = uploadFilter(engine, data.w!, ws, layoutIn(elem), elem, 'w');
      const b = data.b ? uploadVector(engine, data.b, out) : null;
      const y = empty(engine, ys, elem, 'y');
      return {
        outputs: [y],
        run: (on) => void conv2d(on, x, filter, b, options, y),
        free: () => {
          free(x, filter, y);
          b?.buffer.destroy();
        },
      };
    },
  };
}

export const conv2dCases: readonly Case[] = [
  conv('3x3 over odd sizes, direct', [1, 64, 13, 17], 64, [3, 3], { pad: 1, layout: 'tiles' }),
  ...(['winograd', 'winograd2'] as const).flatMap((layout) => {
    const name = layout === 'winograd' ? 'Winograd' : 'Winograd F(2x2)';
    return [
      conv(`3x3 over odd sizes, ${name}`, [1, 64, 13, 17], 64, [3, 3], { pad: 1, layout }),
      conv(`3x3 with ReLU, ${name}, batch of 2`, [2, 24, 19, 23], 40, [3, 3], { pad: 1, relu: true, layout }),
      conv(`3x3 with padding far beyond the image, ${name}`, [1, 16, 9, 12], 44, [3, 3], { pad: 10, layout }),
      conv(`3x3 with padding on two sides only, ${name}`, [1, 16, 34, 11], 48, [3, 3], {
        pad: [0, 2, 1, 0],
        layout,
      }),
      conv(`3x3 with ReLU and a 2x2 pool rounded up, ${name}, batch of 2`, [2, 24, 33, 21], 48, [3, 3], {
        pad: 1,
        relu: true,
        pool: { ceil: true },
        layout,
      }),
      conv(`3x3 and a 2x2 pool rounded down, ${name}`, [1, 16, 47, 23], 48, [3, 3], {
        pad: 1,
        pool: { ceil: false },
        layout,
      }),
    ];
  }),
  conv('3 channels in, as the first layer', [1, 3, 31, 29], 64, [3, 3], { pad: 1, relu: true }),
  conv('padding of 100, as conv1_1 of FCN', [1, 3, 16, 12], 8, [3, 3], { pad: 100 }),
  conv('3 channels, batch of 3, padded unevenly, 36 channels out', [3, 3, 13, 18], 36, [3, 3], {
    pad: [2, 0, 1, 3],
  }),
  conv('two colours', [2, 2, 9, 10], 44, [3, 3], { pad: 1, relu: true }),
  conv('2x2 over many pixels of many channels, batch of 2', [2, 20, 16, 18], 80, [2, 2], { relu: true }),
  conv('channels that fill no block', [3, 7, 9, 11], 5, [3, 3], { pad: 1 }),
  conv('8 channels, batch of 3, as in a narrow trunk', [3, 8, 11, 14], 8, [3, 3], { pad: 1, relu: true }),
  conv('2x3 with padding of its own on each side, 20 channels', [2, 12, 10, 9], 20, [2, 3], {
    pad: [3, 0, 2, 1],
  }),
  conv('1x3 over a single row', [1, 5, 1, 17], 24, [1, 3], { pad: [0, 1] }),
  conv('1x1 to 21 classes, as score_fr', [1, 128, 16, 21], 21, [1, 1]),
  conv('1x1 to many channels, as fc7', [1, 20, 13, 11], 132, [1, 1], { relu: true }),
  conv('1x1 with stride 2 and a remainder', [1, 32, 15, 18], 64, [1, 1], { stride: 2 }),
  conv('7x7 without padding, as fc6', [1, 64, 12, 14], 48, [7, 7], { relu: true }),
  conv('7x7 with stride 2, as a stem', [1, 3, 33, 47], 64, [7, 7], { stride: 2, pad: 3 }),
  conv('11x11 with stride 4, as conv1 of AlexNet', [1, 3, 67, 75], 32, [11, 11], { stride: 4 }),
  conv('5x5 in 2 groups, as conv2 of AlexNet', [1, 48, 13, 15], 64, [5, 5], { pad: 2, groups: 2 }),
  conv('groups whose tiles are not full', [2, 24, 9, 10], 60, [3, 3], { pad: 1, groups: 3 }),
  conv('groups of odd sizes', [2, 9, 8, 10], 15, [3, 3], { pad: 1, groups: 3, relu: true }),
  conv('depthwise with stride 2', [1, 48, 25, 31], 48, [3, 3], { stride: 2, pad: 1, groups: 48 }),
  conv('depthwise on channels that fill no block, with ReLU', [2, 10, 9, 12], 10, [5, 3], {
    pad: [2, 1],
    groups: 10,
    relu: true,
  }),
  conv('depthwise with two outputs a channel', [1, 10, 11, 9], 20, [3, 3], { pad: 1, groups: 10 }),
  conv('dilation of 4', [1, 16, 30, 29], 8, [3, 3], { dilation: 4 }),
  conv('dilation wider than the image, as in ASPP', [1, 8, 11, 13], 36, [3, 3], { dilation: 12, pad: 12 }),
  conv('window, stride, dilation and padding unlike on each side', [2, 6, 14, 15], 9, [3, 2], {
    stride: [2, 1],
    dilation: [1, 3],
    pad: [1, 0, 2, 3],
  }),
  conv('one pixel out, without bias', [1, 20, 5, 5], 10, [5, 5], { bias: false }),
];
