import type { Node } from '../../../graph/node.js';
import { AXES, type Blob, product } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';

/** The axis of a map along which a blob's axis lies by itself, and the blob under sizes that make it so. */
export function along(blob: Blob, axis: number): { blob: Blob; at: (typeof AXES)[number] } {
  const { dims } = blob;
  if (!dims || dims.length <= 4) return { blob, at: AXES[axis]! };
  const folded = [dims[0]!, product(dims.slice(1, axis)), dims[axis]!, product(dims.slice(axis + 1))];
  if (axis < 2) return { blob, at: AXES[axis]! };
  return { blob: { ...blob, dims: folded }, at: 'h' };
}

/** The axis of Slice and Concat, which older files give by another name. */
export const cutAxis = (c: LayerImport, older: string): number =>
  c.axis(c.params.has('axis') || !c.params.has(older) ? 'axis' : older, 1);

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

export const CUT_LAYERS: Readonly<Record<string, LayerType>> = { Crop: crop, Slice: slice };
