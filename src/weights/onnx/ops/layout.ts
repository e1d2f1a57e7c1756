import type { Attrs } from '../../../graph/kinds.js';
import type { Call, Operator } from '../call.js';
import { type Dim, equalDims, free, product, showDims, sum, times } from '../size.js';
import { axesOf, dimsOf, type Value } from '../value.js';

/** Indices from `start` up to `end`, by `step`. */
interface Cut {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Files write "to the end" as the largest integer of some width. */
const END = 2 ** 31 - 1;

/** Where a known size is cut: as Python does, ends beyond it are its ends. */
function bounds(c: Call, size: number, { start, end, step }: Cut): { start: number; size: number } {
  if (!Number.isInteger(step) || step === 0) c.bad(`step ${step}, should be an integer other than 0`);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  // Backwards, a start before the first element is the first, unlike Python's.
  const from = step > 0 ? clamp(start) : Math.max(clamp(start), Math.min(0, high));
  return { start: from, size: Math.max(0, Math.ceil((clamp(end) - from) / step)) };
}

/** One axis cut: another way through the elements where its size is known, else a layer. */
function cut(c: Call, v: Value, axis: number, by: Cut): Value {
  const { size, stride } = v.steps[axis]!;
  if (typeof size === 'number') {
    const found = bounds(c, size, by);
    const moved = times(stride, found.start);
    if (moved === 0 || v.offset === 0 || (typeof moved === 'number' && typeof v.offset === 'number')) {
      const offset =
        moved === 0 ? v.offset : v.offset === 0 ? moved : (v.offset as number) + (moved as number);
      const steps = v.steps.with(axis, { size: found.size, stride: times(stride, by.step) });
      return { ...v, offset, steps };
    }
  }
  const rank = v.steps.length;
  if (rank > 4) c.unsupported(`an axis whose size a run decides, of a tensor of rank ${rank}, at most 4`);
  const end = by.end >= END || by.end < -END ? null : by.end;
  const attrs = { axis: axesOf(rank)[axis]!, start: by.start, end, step: by.step };
  return c.holds(c.to.add('slice', [c.to.map(v)], attrs), rank);
}

/** The size of another map, from an offset on: `ends` are its height and width plus `starts`. */
function crop(c: Call, starts: readonly number[], ends: readonly Dim[], axes: readonly number[]): Value {
  const rank = c.dims(0).length;
  const along = (axis: 2 | 3) => {
    const i = axes.indexOf(axis);
    const [start, end] = [starts[i], ends[i]];
    const [, side, name] = (typeof end === 'object' && /^(.):(.*)$/s.exec(end.symbols[0]!)) || [];
    const isSize = typeof end === 'object' && equalDims(end, sum(free(`${side}:${name}`), start!) ?? 0);
    return isSize && side === (axis === 2 ? 'h' : 'w') ? { start: start!, name: name! } : null;
  };
  const [y, x] = [along(2), along(3)];
  if (rank !== 4 || axes.length !== 2 || !y || !x || y.name !== x.name)
    return c.unsupported(
      `ends ${showDims(ends)} from [${starts.join(', ')}], should be known, or a map's size from there on`,
    );
  const like = c.to.graph.node(x.name);
  return c.holds(c.to.add('crop', [c.map(0), like], { offset: [y.start, x.start] }), rank);
}

const slice: Operator = (c) => {
  const starts = c.list('starts', 1) ?? c.bad('no starts');
  const all = c.has(2) ? c.sizes(2, 'ends') : c.ints('ends');
  const axes = c.list('axes', 3) ?? [...starts.keys()];
  const steps = c.has(4) ? c.numbers(4, 'steps') : starts.map(() => 1);
  if (all.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    c.bad(`${starts.length} starts, ${all.length} ends, ${axes.length} axes, should be as many`);
  const ends = all.filter((end) => typeof end === 'number');
  if (ends.length < all.length && steps.every((step) => step === 1))
    return crop(
      c,
      starts,
      all,
      axes.map((axis) => c.axis(axis, c.dims(0).length)),
    );
  if (ends.length < all.length) return c.unsupported(`ends ${showDims(all)}, should be known`);
  return axes.reduce(
    (v, axis, i) =>
      cut(c, v, c.axis(axis, v.steps.length), { start: starts[i]!, end: ends[i]!, step: steps[i]! }),
    c.value(0),
  );
};

const split: Operator = (c) => {
  const v = c.value(0);
  const axis = c.axis(c.int('axis', 0), v.steps.length);
  const { size } = v.steps[axis]!;
  if (typeof size !== 'number') return c.unsupported('an axis whose size a run decides');
  const parts = c.int('num_outputs', c.node.outputs.length);
  if (parts !== c.node.outputs.length) c.bad(`${parts} parts, should be ${c.node.outputs.length}`);
  const each = Math.ceil(size / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
  const sizes = c.list('split', 1) ?? equal;
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== size) c.bad(`parts of [${sizes.join(', ')}], should sum to ${size}`);
  let start = 0;
  return sizes.map((length) => {
    const end = start + length;
    const part = cut(c, v, axis, { start, end, step: 1 });
    start = end;
    return part;
  });
};

const concat: Operator = (c) => {
  const rank = c.dims(0).length;
  const axis = c.axis(c.int('axis', 1), rank);
  // A tensor without elements adds none.
  const values = c.values.filter((v) => v.steps[axis]?.size !== 0);
  const [first] = values;
  if (!first) return c.value(0);
  for (const v of values)
    if (v.steps.length !== rank)
      c.bad(`${showDims(dimsOf(v))} beside ${showDims(dimsOf(first))}, should be alike`);
  const length = values.map((v) => v.steps[axis]!.size).reduce((a, b) => sumOf(c, a, b));
  const dims = dimsOf(first).with(axis, length);
  if (rank <= 4) {
    const maps = values.map((v) => c.to.map(v));
    return c.holds(c.to.add('concat', maps, { axis: axesOf(rank)[axis]! }), rank, first.type);
  }
  const flat = values.map((v) => {
    const own = dimsOf(v);
    return c.to.map(c.reshaped(v, [product(own.slice(0, axis)), product(own.slice(axis))]));
  });
  return c.reshaped(c.holds(c.to.add('concat', flat, { axis: 'c' }), 2, first.type), dims);
};

/** Above rank 4 sizes are written out; below, the layer says them itself. */
const sumOf = (c: Call, a: Dim, b: Dim): Dim =>
  typeof a === 'number' && typeof b === 'number'
    ? a + b
    : c.dims(0).length <= 4
      ? a
      : c.unsupported('free sizes');

type Quad = [number, number, number, number];

/** Adds and removes cells at the ends of each axis; `ends` by axis of the tensor. */
function padded(
  c: Call,
  v: Value,
  ends: readonly (readonly [before: number, after: number])[],
  mode: Attrs['pad']['mode'] = 'constant',
  value = 0,
): Value {
  const rank = v.steps.length;
  if (rank > 4) return paddedByAxis(c, v, ends, mode, value);
  const at = (axis: string, i: 0 | 1) => ends[(axesOf(rank) as readonly string[]).indexOf(axis)]?.[i] ?? 0;
  const quad = (i: 0 | 1): Quad => [at('n', i), at('c', i), at('h', i), at('w', i)];
  return c.holds(
    c.to.add('pad', [c.to.map(v)], { before: quad(0), after: quad(1), mode, value }),
    rank,
    v.type,
  );
}

/** One axis after another, each between what stands before it and behind it. */
function paddedByAxis(
  c: Call,
  v: Value,
  ends: readonly (readonly [before: number, after: number])[],
  mode: Attrs['pad']['mode'],
  value: number,
): Value {
  return ends.reduce((x, [before, after], axis) => {
    if (before === 0 && after === 0) return x;
    const dims = dimsOf(x);
    const size = dims[axis]!;
    if (typeof size !== 'number') return c.unsupported('an axis whose size a run decides');
    const flat = c.reshaped(x, [product(dims.slice(0, axis)), size, product(dims.slice(axis + 1))]);
    const longer = padded(
      c,
      flat,
      [
        [0, 0],
        [before, after],
        [0, 0],
      ],
      mode,
      value,
    );
    return c.reshaped(longer, dims.with(axis, size + before + after));
  }, v);
}

const pad: Operator = (c) => {
  const v = c.value(0);
  const rank = v.steps.length;
  const pads = c.list('pads', 1) ?? c.ints('paddings');
  const axes = (c.has(3) ? c.numbers(3, 'axes') : [...v.steps.keys()]).map((axis) => c.axis(axis, rank));
  if (pads.length !== 2 * axes.length) c.bad(`${pads.length} pads, should be ${2 * axes.length}`);
  const value = c.has(2) ? c.numbers(2, 'a value')[0]! : c.float('value', 0);
  const ends = v.steps.map((_, axis): [number, number] => {
    const i = axes.indexOf(axis);
    return i < 0 ? [0, 0] : [pads[i]!, pads[i + axes.length]!];
  });
  return padded(c, v, ends, c.text('mode', 'constant') as Attrs['pad']['mode'], value);
};

/** The odd cell is cut, or added, at the end. */
const centerCropPad: Operator = (c) => {
  const v = c.value(0);
  const wanted = c.numbers(1, 'a shape');
  const axes = c.ints('axes', [...v.steps.keys()]).map((axis) => c.axis(axis, v.steps.length));
  const ends = v.steps.map(({ size }, axis): [number, number] => {
    const want = wanted[axes.indexOf(axis)];
    if (want === undefined) return [0, 0];
    if (typeof size !== 'number')
      return c.unsupported('a size that a run decides; give the sizes of the inputs');
    const before = Math.trunc((want - size) / 2);
    return [before, want - size - before];
  });
  return padded(c, v, ends);
};

const gather: Operator = (c) => {
  const v = c.value(0);
  const rank = v.steps.length;
  const axis = c.axis(c.int('axis', 0), rank);
  const { size } = v.steps[axis]!;
  const { dims } = c.known(1, 'indices');
  const indices = c.numbers(1, 'indices').map((i) => {
    if (i < 0 && typeof size !== 'number')
      c.unsupported('an index from the end of an axis whose size a run decides');
    return i < 0 ? i + (size as number) : i;
  });
  if (dims.length === 0) {
    const one = cut(c, v, axis, { start: indices[0]!, end: indices[0]! + 1, step: 1 });
    return { ...one, steps: one.steps.toSpliced(axis, 1) };
  }
  if (rank > 4) c.unsupported(`a tensor of rank ${rank}, at most 4`);
  const y = c.holds(c.to.add('take', [c.to.map(v)], { axis: axesOf(rank)[axis]!, indices }), rank, v.type);
  return dims.length === 1 ? y : c.reshaped(y, dimsOf(y).toSpliced(axis, 1, ...dims));
};

/** The sum of overlapping blocks: a transposed convolution whose filters each set one pixel. */
const col2im: Operator = (c) => {
  const [h = 1, w = 1] = c.numbers(1, 'an image shape');
  const [kh = 1, kw = 1] = c.numbers(2, 'a block shape');
  const [dims, image] = [c.dims(0), c.numbers(1, 'an image shape')];
  if (image.length !== 2 || dims.length !== 3)
    c.unsupported(`${image.length} spatial dimensions, should be 2`);
  const [stride, dilation] = [c.ints('strides', [1, 1]), c.ints('dilations', [1, 1])];
  const pads = c.ints('pads', [0, 0, 0, 0]);
  const [channels, taps] = [dims[1] as number, kh * kw];
  if (channels % taps !== 0) c.bad(`${channels} channels, should be a multiple of ${taps}`);
  const along = (i: 0 | 1, size: number, k: number) => {
    const room = size + pads[i]! + pads[i + 2]! - dilation[i]! * (k - 1) - 1;
    return { blocks: Math.floor(room / stride[i]!) + 1, rest: room % stride[i]! };
  };
  const [vertical, horizontal] = [along(0, h, kh), along(1, w, kw)];
  const data = Float32Array.from({ length: c.to.affordable([channels, taps]) }, (_, i) =>
    Number(Math.floor(i / taps) % taps === i % taps),
  );
  const attrs: Attrs['conv_transpose2d'] = {
    filter: {
      out: channels / taps,
      in: channels,
      kernel: [kh, kw],
      groups: channels / taps,
      transposed: true,
    },
    options: {
      stride: [stride[0]!, stride[1]!],
      dilation: [dilation[0]!, dilation[1]!],
      pad: [pads[0]!, pads[1]!, pads[2]!, pads[3]!],
      outputPad: [vertical.rest, horizontal.rest],
    },
    bias: false,
  };
  const x = c.reshaped(c.value(0), [dims[0]!, channels, vertical.blocks, horizontal.blocks]);
  const weight = { dims: [channels, 1, kh, kw], data };
  return c.holds(c.to.add('conv_transpose2d', [c.to.map(x)], attrs, { weight }), 4);
};

/** Operators that cut, join and move. */
export const LAYOUT: readonly (readonly [string, Operator])[] = [
  ['Slice', slice],
  ['Split', split],
  ['Concat', concat],
  ['Pad', pad],
  ['CenterCropPad', centerCropPad],
  ['Gather', gather],
  ['Col2Im', col2im],
];
