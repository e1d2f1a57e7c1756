// Gradients of convolutions, pools and upsampling against twins of their own, where derivatives would take long.
import { filterMap } from '../../src/lower/given_filter.js';
import { type PoolOptions, poolShape } from '../../src/lower/pool.js';
import { type BilinearOptions, bilinearShape } from '../../src/ops/conv_transpose2d_bilinear.js';
import { type Conv2dOptions, conv2dFlops, conv2dLayout, conv2dShape } from '../../src/ops/conv2d.js';
import { type Pair, pair } from '../../src/shape.js';
import { relativeError } from '../gpu/compare.js';
import { LARGE, partsOf, sampledChannels } from '../gpu/error_of.js';
import { conv2d } from '../reference/conv2d.js';
import * as reference from '../reference/gradients.js';
import { type Case, product, sumTolerance } from './case.js';
import { bilinearWeights } from './conv_transpose2d.js';
import { conv } from './conv2d.js';
import { dims, graphCase } from './graph_case.js';
import { type Size, shapeOf } from './maps.js';

/** The convolution whose gradients these are, with filters of one group. */
export interface ConvOf {
  readonly name: string;
  readonly x: Size;
  readonly out: number;
  readonly kernel: Pair;
  readonly options?: Omit<Conv2dOptions, 'relu' | 'pool'>;
}

/** That of a convolution from outputs to inputs, by whatever a device with subgroups or without takes. */
function backTolerance(size: Size, out: number, kernel: Pair): number {
  const filter = { out, in: size[1], kernel, groups: 1, transposed: false };
  const tolerances = [[], ['subgroups' as const]].map((features) => {
    const layout = conv2dLayout(filter, {}, { features: new Set(features) });
    return conv('back', size, out, kernel, { layout }).tolerance;
  });
  return Math.max(...tolerances);
}

/** dx of a convolution of one group, from dy and its filter. */
export function inputGradient({ name, x, out, kernel, options = {} }: ConvOf): Case {
  const xs = shapeOf(x);
  const ws = { out, in: xs.c, kernel, groups: 1, transposed: false };
  const ys = conv2dShape('conv2d', xs, ws, options);
  const flops = conv2dFlops(ys, ws);
  const twin = (data: Readonly<Record<string, Float32Array>>, channels?: readonly number[]) =>
    reference.conv2dInputGradient(data.dy!, data.w!, xs, ws, options, channels);
  return graphCase({
    name: `conv2d_input_gradient: ${name}`,
    op: 'conv2d_gradient',
    inputs: { dy: dims(ys), w: dims(filterMap(ws)) },
    like: { x: xs },
    outputs: [x],
    tolerance: backTolerance([xs.n, out, ys.h + 2 * kernel[0], ys.w + 2 * kernel[1]], xs.c, kernel),
    flops,
    layer: {
      op: 'conv_transpose2d',
      input: 'dy',
      x: ys,
      y: xs,
      w: { ...ws, in: out, out: xs.c, transposed: true },
      options,
    },
    add: (g, { dy, w, x }) => [g.add('conv2d_input_gradient', 'dx', [dy!, w!, x!], { filter: ws, options })],
    reference: (data) => [twin(data)],
    ...(flops > LARGE &&
      xs.n === 1 && {
        error(data, [dx]) {
          const channels = sampledChannels(xs.c);
          return relativeError(partsOf(dx!, xs.c, channels), twin(data, channels));
        },
      }),
  });
}

/** dw of a convolution of one group, from x and dy. */
export function filterGradient({ name, x, out, kernel, options = {} }: ConvOf): Case {
  const xs = shapeOf(x);
  const ws = { out, in: xs.c, kernel, groups: 1, transposed: false };
  const ys = conv2dShape('conv2d', xs, ws, options);
  const flops = conv2dFlops(ys, ws);
  const twin = (data: Readonly<Record<string, Float32Array>>, channels?: readonly number[]) =>
    reference.conv2dFilterGradient(data.x!, data.dy!, xs, ws, options, channels);
  return graphCase({
    name: `conv2d_filter_gradient: ${name}`,
    op: 'conv2d_gradient',
    inputs: { x: [...x], dy: dims(ys) },
    outputs: [dims(filterMap(ws))],
    tolerance: sumTolerance(ys.n * ys.h * ys.w),
    flops,
    layer: { op: 'conv2d_filter_gradient', x: xs, y: filterMap(ws), dy: ys, w: ws, options },
    add: (g, { x, dy }) => [g.add('conv2d_filter_gradient', 'dw', [x!, dy!], { filter: ws, options })],
    reference: (data) => [twin(data)],
    ...(flops > LARGE && {
      error(data, [dw]) {
        const channels = sampledChannels(out);
        return relativeError(partsOf(dw!, out, channels), twin(data, channels));
      },
    }),
  });
}

/** dx of a max pool, from x and dy: the winners are found on the way. */
export function poolGradient(name: string, x: Size, o: PoolOptions): Case {
  const xs = shapeOf(x);
  const ys = poolShape('max_pool', xs, o);
  return graphCase({
    name: `max_pool_gradient: ${name}`,
    op: 'max_pool_gradient',
    inputs: { x: [...x], dy: dims(ys) },
    outputs: [x],
    tolerance: sumTolerance(4),
    flops: 0,
    layer: { op: 'max_pool_gradient', input: 'dy', x: ys, y: xs, options: o },
    add: (g, { x, dy }) => [g.add('max_pool_gradient', 'dx', [x!, dy!], o)],
    reference: ({ x, dy }) => [reference.maxPoolGradient(x!, dy!, xs, o)],
  });
}

/** dx of an upsampling, from dy: a strided convolution of each channel by itself. */
export function bilinearGradient(
  name: string,
  x: Size,
  o: Omit<BilinearOptions, 'crop' | 'outputPad' | 'labels'>,
): Case {
  const xs = shapeOf(x);
  const ys = bilinearShape('conv_transpose2d_bilinear', xs, o);
  const kernel = pair(o.kernel);
  const ws = { out: xs.c, in: xs.c, kernel, groups: xs.c, transposed: false };
  const { kernel: _, ...options } = o;
  const filter = () => bilinearWeights(xs.c, kernel);
  return graphCase({
    name: `conv_transpose2d_bilinear_gradient: ${name}`,
    op: 'conv_transpose2d_bilinear_gradient',
    inputs: { dy: dims(ys) },
    like: { x: xs },
    outputs: [x],
    // The weights of rows and of columns are rounded to f32 too.
    tolerance: 2 * sumTolerance(product(kernel)),
    flops: conv2dFlops(xs, ws),
    layer: {
      op: 'conv2d',
      input: 'dy',
      x: ys,
      y: xs,
      w: ws,
      options,
      filter: () => Float32Array.from(filter()),
    },
    add: (g, { dy, x }) => [g.add('upsample_gradient', 'dx', [dy!, x!], { options: o })],
    reference: ({ dy }) => [conv2d(dy!, ys, filter(), ws, null, options)],
  });
}
