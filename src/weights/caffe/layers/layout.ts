import type { Node } from '../../../graph/node.js';
import { AXES, type Blob, mapOf, product, rowMajor } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';

/** The same numbers for every top. */
const pass: LayerType = (c) => c.layer.tops.map(() => c.input);

/** Axes of a map along which a blob's axis lies by itself, and the blob under sizes that make it so. */
function along(blob: Blob, axis: number): { blob: Blob; at: (typeof AXES)[number] } {
  const { dims } = blob;
  if (!dims || dims.length <= 4) return { blob, at: AXES[axis]! };
  const folded = [dims[0]!, product(dims.slice(1, axis)), dims[axis]!, product(dims.slice(axis + 1))];
  if (axis < 2) return { blob, at: AXES[axis]! };
  return { blob: { ...blob, dims: folded }, at: 'h' };
}

/** The axis of Slice and Concat, which older files give by another name. */
const cutAxis = (c: LayerImport, older: string): number =>
  c.axis(c.params.has('axis') || !c.params.has(older) ? 'axis' : older, 1);

function joined(c: LayerImport, blobs: readonly Blob[], axis: number): Blob {
  if (blobs.some((b) => c.rank(b) !== c.rank(blobs[0])))
    c.bad(`bottoms of ${blobs.map((b) => c.rank(b)).join(', ')} axes, should have as many`);
  const parts = blobs.map((blob) => along(blob, axis));
  const maps = parts.map(({ blob }) => c.map(blob));
  const at = parts[0]!.at;
  const node = at === 'c' ? c.to.graph.concat(c.name, maps) : c.add('concat', maps, { axis: at });
  if (at === 'n') c.to.holdsImages = true;
  const total = blobs.reduce((sum, { dims }) => sum + (dims?.[axis] ?? 0), 0);
  return c.blob(node, blobs.every((b) => b.dims) ? blobs[0]!.dims!.with(axis, total) : null);
}

const concat: LayerType = (c) => {
  const axis = cutAxis(c, 'concat_dim');
  return c.inputs.length === 1 ? c.input : joined(c, c.inputs, axis);
};

/** Most copies that a Tile makes. */
const COPIES = 1024;

const tile: LayerType = (c) => {
  const [axis, tiles] = [c.axis('axis', 1), c.count('tiles')];
  if (tiles > COPIES) c.refuse(`of ${tiles} copies does not run, should be at most ${COPIES}`);
  return tiles === 1 ? c.input : joined(c, Array<Blob>(tiles).fill(c.input), axis);
};

/** First index of each top of a Slice, and the size of the axis, null where it is free. */
function slices(c: LayerImport, axis: number): { starts: readonly number[]; size: number | null } {
  const { input, params } = c;
  const tops = c.layer.tops.length;
  const size = input.dims?.[axis] ?? (axis === 1 ? input.node.channels : null);
  const points = params.sizes('slice_point');
  if (points.length > 0) {
    const ends = [...points, size ?? Number.POSITIVE_INFINITY];
    if (points.length !== tops - 1 || ends.some((end, i) => end <= (ends[i - 1] ?? 0)))
      c.bad(`${tops} tops of ${size} at slice_point ${points.join(', ')}, should be ${tops - 1} that rise`);
    return { starts: [0, ...points], size };
  }
  const whole = c.dims()[axis]!;
  if (whole % tops !== 0) c.bad(`${whole} in ${tops} equal tops, should be a multiple`);
  if (axis > 1) c.to.holdsSize = true;
  return { starts: Array.from({ length: tops }, (_, i) => (i * whole) / tops), size: whole };
}

const slice: LayerType = (c) => {
  const { input } = c;
  const axis = cutAxis(c, 'slice_dim');
  if (c.layer.tops.length === 1) return input;
  const { starts, size } = slices(c, axis);
  if (axis === 0) c.to.holdsImages = true;
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? null;
    const dims = input.dims?.with(axis, (end ?? size!) - start) ?? null;
    const { blob, at } = along(input, axis);
    return c.blob(c.add('slice', [c.map(blob)], { axis: at, start, end, step: 1 }, `${i}`), dims);
  });
};

/** Refuses sizes that hold another number of elements. */
function reshaped(c: LayerImport, dims: readonly number[]): Blob {
  const from = c.dims();
  if (product(dims) !== product(from) || dims.some((d) => !Number.isSafeInteger(d) || d < 1))
    c.bad(`[${from.join(', ')}] as [${dims.join(', ')}], should have as many elements`);
  return c.blob(c.input.node, dims);
}

/** 0 keeps a size, -1 is what is left. */
const reshape: LayerType = (c) => {
  const dims = c.dims();
  const shape = c.params.message('shape')?.numbers('dim') ?? [];
  const from = c.axis('axis', 0, dims.length);
  const count = c.params.number('num_axes') ?? -1;
  const to = count === -1 ? dims.length : from + count;
  if (!Number.isInteger(to) || to < from || to > dims.length)
    c.bad(`num_axes ${count} from axis ${from} of ${dims.length}, should be at most ${dims.length - from}`);
  const middle = shape.map((d, i) => (d === 0 ? (dims[from + i] ?? 0) : d));
  const made = [...dims.slice(0, from), ...middle, ...dims.slice(to)];
  const unknown = made.indexOf(-1);
  if (unknown < 0) return reshaped(c, made);
  return reshaped(c, made.with(unknown, product(dims) / -product(made)));
};

const flatten: LayerType = (c) => {
  const last = c.rank() - 1;
  const [from, to] = [c.axis('axis', 1), c.axis('end_axis', -1)];
  if (to < from) c.bad(`axes ${from} to ${to} of ${last + 1}, should be in order`);
  // A global pool is flat at any size.
  if (!c.input.dims && c.input.node.kind === 'global_avg_pool' && from === 1 && to === last) return c.input;
  const dims = c.dims();
  return reshaped(c, [...dims.slice(0, from), product(dims.slice(from, to + 1)), ...dims.slice(to + 1)]);
};

/** Axes that the file leaves out follow in their order. */
const permute: LayerType = (c) => {
  const dims = c.dims();
  const given = c.params.sizes('order');
  if (new Set(given).size !== given.length || given.some((axis) => axis >= dims.length))
    c.bad(`order ${given.join(', ')}, should name axes below ${dims.length} once each`);
  const order = [...given, ...[...dims.keys()].filter((axis) => !given.includes(axis))];
  if (order.every((axis, i) => axis === i)) return c.input;
  const steps = rowMajor(dims);
  const made = order.map((axis) => dims[axis]!);
  const turned = order.map((axis) => steps[axis]!);
  return c.blob(c.to.arrange(c.name, c.input.node, turned, mapOf(made)), made);
};

/**
 * Caffe crops at 0 where `crop_param` gives no offset. A Crop without any is of the branch of Caffe that FCN
 * came with: there the offset follows from where the maps lie.
 */
const crop: LayerType = (c) => {
  const [first, second] = c.inputs;
  if (!first || !second || c.inputs.length > 2)
    return c.refuse(`of ${c.inputs.length} bottoms does not run, should have two`);
  const { params } = c;
  const [x, like] = [c.map(first), c.map(second)];
  if (!params.has('axis') && !params.has('offset')) return c.images(c.to.graph.crop(c.name, x, like));
  const axis = c.axis('axis', 2);
  if (axis < 1 || axis > 2 || c.rank(first) !== 4)
    c.refuse(`from axis ${axis} of ${c.rank(first)} on does not run, should be 1 or 2 of 4`);
  const given = params.sizes('offset');
  const count = 4 - axis;
  if (given.length > 1 && given.length !== count) c.bad(`${given.length} offsets, should be one or ${count}`);
  const offsets = Array.from({ length: count }, (_, i) => given[i] ?? given[0] ?? 0);
  const channels: Node = axis === 1 ? channelsOf(c, x, like.channels, offsets.shift()!) : x;
  return c.images(c.to.graph.crop(c.name, channels, like, [offsets[0]!, offsets[1]!]));
};

function channelsOf(c: LayerImport, x: Node, count: number, start: number): Node {
  const end = start + count;
  if (end > x.channels) c.bad(`channels ${start} to ${end} of ${x.channels}, should lie within`);
  return c.add('slice', [x], { axis: 'c', start, end, step: 1 }, 'channels');
}

export const LAYOUT_LAYERS: Readonly<Record<string, LayerType>> = {
  Concat: concat,
  Crop: crop,
  Dropout: pass,
  Flatten: flatten,
  Permute: permute,
  Reshape: reshape,
  Slice: slice,
  Split: pass,
  Tile: tile,
};
