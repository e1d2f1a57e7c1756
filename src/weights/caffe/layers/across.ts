import type { Node } from '../../../graph/node.js';
import { AXES, type Blob, mapOf, product, rowMajor } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';

/** Two maps after another by an operator of two. */
function chained(c: LayerImport, maps: readonly Node[], op: 'mul' | 'max'): Node {
  return maps.reduce((y, x, i) => c.add('binary', [y, x], { op }, i === maps.length - 1 ? '' : `${i}`));
}

const eltwise: LayerType = (c) => {
  const operation = c.word('operation', ['SUM', 'PROD', 'MAX']);
  const coefficients = c.params.numbers('coeff');
  if (c.inputs.length < 2) c.refuse(`of ${c.inputs.length} bottoms does not run, should have two`);
  const maps = c.inputs.map((blob) => c.map(blob));
  if (operation !== 'SUM') return c.like(chained(c, maps, operation === 'PROD' ? 'mul' : 'max'));
  if (coefficients.length > 0 && coefficients.length !== maps.length)
    c.bad(`${coefficients.length} coeff for ${maps.length} bottoms, should be one each`);
  return c.like(c.to.graph.sum(c.name, maps, coefficients.length > 0 ? coefficients : undefined));
};

/** A layer over one axis, on which it finds the channels; its result has `f`'s channels there. */
function over(c: LayerImport, axis: number, f: (x: Node, part: string) => Node): Blob {
  const { input } = c;
  if (axis === 0) c.refuse('over its images does not run, axis should be at least 1');
  if (axis === 1 && c.rank() <= 4) {
    const y = f(c.x, '');
    return c.blob(y, input.dims?.with(1, y.channels) ?? null);
  }
  const dims = c.dims();
  const [n, before, after] = [dims[0]!, product(dims.slice(1, axis)), product(dims.slice(axis + 1))];
  const from = rowMajor([n, before, dims[axis]!, after]);
  const turned = [from[0]!, from[2]!, from[1]!, from[3]!];
  const x = c.to.arrange(`${c.name}/in`, input.node, turned, mapOf([n, dims[axis]!, before, after]));
  const y = f(x, 'channels');
  const [i, channel, row, column] = rowMajor([n, y.channels, before, after]);
  const made = dims.with(axis, y.channels);
  return c.blob(c.to.arrange(c.name, y, [i!, row!, channel!, column!], mapOf(made)), made);
}

const softmax: LayerType = (c) => over(c, c.axis('axis', 1), (x, part) => c.add('softmax', [x], {}, part));

/** The index of the largest value, or the value; without an axis of each image, with both where asked. */
const argmax: LayerType = (c) => {
  if ((c.params.size('top_k') ?? 1) !== 1) c.refuse('of the largest few does not run, top_k should be 1');
  const values = c.params.boolean('out_max_val') ?? false;
  const index = (x: Node, part: string) => c.add('argmax', [x], {}, part);
  const most = (x: Node, part: string) => c.add('reduce', [x], { op: 'max', axes: ['c'] }, part);
  if (c.params.has('axis')) return over(c, c.axis('axis', 1), values ? most : index);
  const dims = c.dims();
  const x = c.map({ ...c.input, dims: [dims[0]!, product(dims.slice(1))] });
  const node = values ? c.to.graph.concat(c.name, [index(x, 'index'), most(x, 'value')]) : index(x, '');
  return c.blob(node, [dims[0]!, node.channels, 1]);
};

const OPERATIONS = { SUM: 'sum', ASUM: 'l1', SUMSQ: 'sum_square', MEAN: 'mean' } as const;

/** Over all axes from one on. */
const reduction: LayerType = (c) => {
  const axis = c.axis('axis', 0);
  if (c.rank() > 4) c.refuse(`of ${c.rank()} axes does not run, should have at most 4`);
  const op = OPERATIONS[c.word('operation', ['SUM', 'ASUM', 'SUMSQ', 'MEAN'])];
  const coefficient = c.params.number('coeff') ?? 1;
  const attrs = { op, axes: AXES.slice(axis) };
  const dims = c.input.dims?.slice(0, axis) ?? null;
  if (coefficient === 1) return c.blob(c.add('reduce', [c.x], attrs), dims);
  return c.blob(c.affine(c.add('reduce', [c.x], attrs, 'reduce'), coefficient, 0), dims);
};

export const ACROSS_LAYERS: Readonly<Record<string, LayerType>> = {
  ArgMax: argmax,
  Eltwise: eltwise,
  Reduction: reduction,
  Softmax: softmax,
};
