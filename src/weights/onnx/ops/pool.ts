import { poolShape } from '../../../lower/pool.js';
import type { Call, Operator } from '../call.js';
import { type Dim, product } from '../size.js';
import { host, type Value } from '../value.js';
import { binary, broadcast, scalar } from './broadcast.js';
import { checkSpatial, type OnnxWindow, spatial, windowOf } from './windows.js';

/** ONNX drops a last window that would start beyond the image and its leading padding, as Caffe does. */
function poolOf(c: Call) {
  checkSpatial(c);
  const ceil = c.flag('ceil_mode');
  return { ...windowOf(c), ceil, clip: ceil };
}

/** ONNX's positions count over the whole tensor, a map's over its plane. */
function position(c: Call, planes: Value, x: readonly Dim[]): Value {
  const [n, channels, ...spatial] = x;
  const size = product(spatial);
  if (typeof n !== 'number' || typeof channels !== 'number' || typeof size !== 'number')
    return c.unsupported('positions in a tensor whose size a run decides; give the sizes of the inputs');
  if (n * channels * size > 2 ** 24) c.unsupported(`positions up to ${n * channels * size}, at most 2^24`);
  const starts = Float64Array.from({ length: n * channels }, (_, i) => i * size);
  const first = host('int64', [n, channels, ...spatial.map(() => 1)], starts);
  return binary(c, 'add', broadcast(c, [planes, first]), 'int64');
}

const maxPool: Operator = (c) => {
  const o = poolOf(c);
  const order = c.flag('storage_order') ? 'column' : 'row';
  const rank = c.dims(0).length;
  const y = c.holds(c.to.add('max_pool', [c.map(0)], o), rank);
  if (!c.node.outputs[1]) return y;
  const planes = c.holds(c.to.add('max_pool_index', [c.map(0)], { ...o, order }), rank, 'int64');
  return [y, position(c, planes, c.dims(0))];
};

const averagePool: Operator = (c) => {
  const o = { ...poolOf(c), countPad: c.flag('count_include_pad') };
  return c.holds(c.to.add('avg_pool', [c.map(0)], o), c.dims(0).length);
};

const globalAveragePool: Operator = (c) => {
  checkSpatial(c);
  return c.holds(c.to.add('global_avg_pool', [c.map(0)], {}), c.dims(0).length);
};

const globalMaxPool: Operator = (c) => {
  checkSpatial(c);
  return c.holds(c.to.add('reduce', [c.map(0)], { op: 'max', axes: ['h', 'w'] }), c.dims(0).length);
};

/** Positions count in the tensor that the pool read; a larger one is that with zeros behind it. */
const maxUnpool: Operator = (c) => {
  checkSpatial(c);
  const { kernel, stride, pad } = windowOf(c);
  const x = c.dims(0);
  const size = ([0, 1] as const).map((i) => {
    const have = x.length === 3 && i === 0 ? 1 : x.at(i - 2)!;
    if (typeof have !== 'number')
      return c.unsupported('a size that a run decides; give the sizes of the inputs');
    return (have - 1) * stride[i] + kernel[i] - pad[i] - pad[i + 2]!;
  }) as unknown as readonly [number, number];
  const y = c.to.add('max_unpool', [c.map(0), c.map(1)], { size });
  const wanted = c.has(2) ? c.numbers(2, 'output_shape') : null;
  if (!wanted) return c.holds(y, x.length);
  const [h, w] = x.length === 3 ? [1, wanted.at(-1)!] : [wanted.at(-2)!, wanted.at(-1)!];
  const after = [0, 0, h! - size[0], w - size[1]] as const;
  return c.holds(c.to.add('pad', [y], { before: [0, 0, 0, 0], after, mode: 'constant', value: 0 }), x.length);
};

/** (sum of |x|^p)^(1 / p) of a map of such sums. */
const root = (c: Call, sums: Value, p: number): Value =>
  p === 1 ? sums : binary(c, 'pow', broadcast(c, [sums, scalar(1 / p)]));

/** |x|^p. */
function power(c: Call, x: Value, p: number): Value {
  const size = c.apply(x, { kind: 'abs' });
  return p === 1 ? size : binary(c, 'pow', broadcast(c, [size, scalar(p)]));
}

/** Sums of windows: a convolution of each channel with ones; a window that hangs over the edge sees zeros there. */
const lpPool: Operator = (c) => {
  checkSpatial(c);
  const { kernel, stride, dilation, pad } = windowOf(c);
  const p = c.int('p', 2);
  const x = c.to.map(power(c, c.value(0), p));
  const over = c.flag('ceil_mode') ? hanging(c, { kernel, stride, dilation, pad }) : [0, 0];
  const filter = { out: x.channels, in: x.channels, kernel, groups: x.channels, transposed: false };
  const ends = [pad[0], pad[1], pad[2] + over[0]!, pad[3] + over[1]!] as const;
  const taps = kernel[0] * kernel[1];
  const data = new Float32Array(c.to.affordable([x.channels, taps])).fill(1);
  const sums = c.to.add(
    'conv2d',
    [x],
    { filter, options: { stride, dilation, pad: ends }, bias: false },
    { weight: { dims: [x.channels, 1, ...kernel], data } },
  );
  return root(c, c.holds(sums, c.dims(0).length), p);
};

/** Rows and columns by which the last windows of a pool that rounds up hang over the edge. */
function hanging(c: Call, win: OnnxWindow): readonly [number, number] {
  const [h, w] = spatial(c);
  const y = poolShape(c.where, { n: 1, c: 1, h, w }, { ...win, ceil: true, clip: true });
  const along = (i: 0 | 1, out: number, size: number) =>
    (out - 1) * win.stride[i] +
    win.dilation[i] * (win.kernel[i] - 1) +
    1 -
    size -
    win.pad[i] -
    win.pad[i + 2]!;
  return [Math.max(0, along(0, y.h, h)), Math.max(0, along(1, y.w, w))];
}

const globalLpPool: Operator = (c) => {
  checkSpatial(c);
  const p = c.int('p', 2);
  const sums = c.to.add('reduce', [c.to.map(power(c, c.value(0), p))], { op: 'sum', axes: ['h', 'w'] });
  return root(c, c.holds(sums, c.dims(0).length), p);
};

/** Operators with a window, or over a whole plane. */
export const POOL: readonly (readonly [string, Operator])[] = [
  ['MaxPool', maxPool],
  ['AveragePool', averagePool],
  ['LpPool', lpPool],
  ['GlobalAveragePool', globalAveragePool],
  ['GlobalMaxPool', globalMaxPool],
  ['GlobalLpPool', globalLpPool],
  ['MaxUnpool', maxUnpool],
];
