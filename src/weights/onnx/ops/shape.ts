import { type Call, type Operator, permuted } from '../call.js';
import { type Dim, over, product, showDims, times } from '../size.js';
import type { OnnxTensor } from '../tensor.js';
import { dimsOf, host, type Value } from '../value.js';

/** Sizes of a Reshape: 0 copies the input's, -1 is what is left. */
function wanted(c: Call, have: readonly Dim[], asked: readonly Dim[]): Dim[] {
  const copies = !c.flag('allowzero');
  const sizes = asked.map((d, i) => (d === 0 && copies ? (have[i] ?? c.bad(`no axis ${i} to copy`)) : d));
  const rest = over(product(have), product(sizes.filter((d) => d !== -1)));
  const found = sizes.map((d) => (d === -1 ? (rest ?? c.bad(`${showDims(sizes)} of ${showDims(have)}`)) : d));
  if (over(product(have), product(found)) !== 1 && product(have) !== 0)
    c.bad(`${showDims(have)} as ${showDims(asked)}, should have as many elements`);
  return found;
}

const reshape: Operator = (c) => {
  const asked = c.has(1) ? c.sizes(1, 'a shape') : [...c.ints('shape')];
  return c.reshaped(c.value(0), wanted(c, c.dims(0), asked));
};

const flatten: Operator = (c) => {
  const dims = c.dims(0);
  const asked = c.int('axis', 1);
  const axis = asked === dims.length ? asked : c.axis(asked, dims.length);
  return c.reshaped(c.value(0), [product(dims.slice(0, axis)), product(dims.slice(axis))]);
};

const transpose: Operator = (c) => {
  const rank = c.dims(0).length;
  const order = c.ints(
    'perm',
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
  const axes = order.map((axis) => c.axis(axis, rank));
  if (new Set(axes).size !== rank) c.bad(`perm [${order.join(', ')}], should have each of ${rank} axes once`);
  return permuted(c.value(0), axes);
};

const squeeze: Operator = (c) => {
  const v = c.value(0);
  const list = c.list('axes', 1)?.map((axis) => c.axis(axis, v.steps.length));
  for (const axis of list ?? [])
    if (v.steps[axis]!.size !== 1) c.bad(`axis ${axis} of ${showDims(dimsOf(v))}, should be of size 1`);
  return { ...v, steps: v.steps.filter((s, i) => (list ? !list.includes(i) : s.size !== 1)) };
};

const unsqueeze: Operator = (c) => {
  const v = c.value(0);
  const list = c.list('axes', 1) ?? c.ints('axes');
  const rank = v.steps.length + list.length;
  const added = new Set(list.map((axis) => c.axis(axis, rank)));
  if (added.size !== list.length) c.bad(`axes [${list.join(', ')}], should differ`);
  const rest = v.steps[Symbol.iterator]();
  const steps = Array.from({ length: rank }, (_, i) =>
    added.has(i) ? { size: 1, stride: 0 } : rest.next().value!,
  );
  return { ...v, steps };
};

/** The tensor repeated along axes of size 1. */
function expanded(c: Call, v: Value, asked: readonly Dim[]): Value {
  const rank = Math.max(asked.length, v.steps.length);
  const steps = Array.from({ length: rank }, (_, i) => {
    const have = v.steps[i - rank + v.steps.length] ?? { size: 1, stride: 0 };
    const size = asked[i - rank + asked.length] ?? 1;
    if (size === 1 || have.size !== 1) return have;
    return { size, stride: 0 };
  });
  for (const [i, { size }] of steps.entries()) {
    const want = asked[i - rank + asked.length] ?? 1;
    if (typeof size === 'number' && typeof want === 'number' && want !== 1 && size !== want)
      c.bad(`${showDims(dimsOf(v))} to ${showDims(asked)}, should be equal or 1`);
  }
  return { ...v, steps };
}

/** The tensor a whole number of times along each axis. */
const tile: Operator = (c) => {
  const v = c.value(0);
  const repeats = c.sizes(1, 'repeats');
  if (repeats.length !== v.steps.length)
    c.bad(`${repeats.length} repeats of ${showDims(dimsOf(v))}, should be ${v.steps.length}`);
  const steps = v.steps.flatMap((step, i) => [{ size: repeats[i]!, stride: 0 }, step]);
  return c.reshaped(
    { ...v, steps },
    v.steps.map(({ size }, i) => times(size, repeats[i]!)),
  );
};

const shape: Operator = (c) => {
  const dims = c
    .dims(0)
    .slice(c.int('start', 0), c.attribute('end') !== undefined ? c.int('end') : undefined);
  return host('int64', [dims.length], dims);
};

const isTensor = (v: unknown): v is OnnxTensor => typeof v === 'object' && v !== null && 'data' in v;

const constant: Operator = (c) => {
  const value = c.attribute('value');
  if (isTensor(value)) return host(value.type, value.dims, value.data);
  for (const [name, type] of [
    ['value_float', 'float32'],
    ['value_int', 'int64'],
  ] as const)
    if (c.attribute(name) !== undefined) return host(type, [], [c.float(name)]);
  for (const [name, type] of [
    ['value_floats', 'float32'],
    ['value_ints', 'int64'],
  ] as const)
    if (c.attribute(name) !== undefined) return host(type, [c.ints(name).length], c.ints(name));
  return c.unsupported('a constant that is no tensor of numbers');
};

/** One value, repeated: nothing is written out before it is needed. */
const constantOfShape: Operator = (c) => {
  const asked = c.sizes(0, 'a shape');
  const value = c.attribute('value');
  const one = isTensor(value) ? value : { type: 'float32' as const, data: Float32Array.of(0) };
  return { ...host(one.type, [], one.data), steps: asked.map((size) => ({ size, stride: 0 })) };
};

const range: Operator = (c) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => c.numbers(i, 'a bound')[0]!) as [number, number, number];
  const size = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isSafeInteger(size)) c.bad(`from ${start} to ${limit} by ${delta}`);
  const length = c.to.affordable([size]);
  return host(
    c.value(0).type,
    [length],
    Float64Array.from({ length }, (_, i) => start + i * delta),
  );
};

/** Blocks of pixels to channels, or back: axes split, moved and joined. */
const blocks =
  (toDepth: boolean): Operator =>
  (c) => {
    const [n, channels, h, w] = c.dims(0);
    const b = c.int('blocksize');
    const by = (d: Dim | undefined, k: number): Dim => {
      const found = d === undefined ? null : over(d, k);
      const whole = typeof found === 'number' ? Number.isInteger(found) : found?.den === 1;
      return found !== null && whole ? found : c.bad(`${showDims(c.dims(0))} in blocks of ${b}`);
    };
    if (toDepth) {
      const split = c.reshaped(c.value(0), [n!, channels!, by(h, b), b, by(w, b), b]);
      return c.reshaped(permuted(split, [0, 3, 5, 1, 2, 4]), [
        n!,
        times(channels!, b * b),
        by(h, b),
        by(w, b),
      ]);
    }
    const rest = by(channels, b * b);
    const columnsFirst = c.text('mode', 'DCR') === 'CRD';
    const split = c.reshaped(c.value(0), columnsFirst ? [n!, rest, b, b, h!, w!] : [n!, b, b, rest, h!, w!]);
    const order = columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    return c.reshaped(permuted(split, order), [n!, rest, times(h!, b), times(w!, b)]);
  };

/** Operators that name elements anew, and sizes themselves. */
export const SHAPE: readonly (readonly [string, Operator])[] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Expand', (c) => expanded(c, c.value(0), c.sizes(1, 'a shape'))],
  ['Tile', tile],
  ['Shape', shape],
  ['Size', (c) => host('int64', [], [product(c.dims(0))])],
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Range', range],
  ['DepthToSpace', blocks(false)],
  ['SpaceToDepth', blocks(true)],
];
