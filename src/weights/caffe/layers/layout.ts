import { type Blob, mapOf, product, rowMajor } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';
import { along, cutAxis } from './cut.js';

/** The same numbers for every top. */
const pass: LayerType = (c) => c.layer.tops.map(() => c.input);

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

export const LAYOUT_LAYERS: Readonly<Record<string, LayerType>> = {
  Concat: concat,
  Dropout: pass,
  Flatten: flatten,
  Permute: permute,
  Reshape: reshape,
  Split: pass,
  Tile: tile,
};
