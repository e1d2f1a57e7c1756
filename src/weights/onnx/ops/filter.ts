import type { Node } from '../../../graph/node.js';
import type { WeightTensor } from '../../weights.js';
import { type Call, type Operator, permuted } from '../call.js';
import { type Dim, equalDims } from '../size.js';
import { dimsOf, inOrder, type Value } from '../value.js';
import { binary, broadcast, scalar } from './broadcast.js';
import { checkSpatial, transposedPadding, windowOf } from './windows.js';

const bias = (c: Call): { bias?: WeightTensor } => (c.has(2) ? { bias: c.tensor(2, 'a bias') } : {});

const conv: Operator = (c) => {
  checkSpatial(c);
  const weight = c.tensor(1, 'a filter');
  const groups = c.int('group', 1);
  const { kernel, ...options } = windowOf(c, weight.dims);
  const filter = { out: weight.dims[0]!, in: weight.dims[1]! * groups, kernel, groups, transposed: false };
  const attrs = { filter, options, bias: c.has(2) };
  return c.holds(c.to.add('conv2d', [c.map(0)], attrs, { weight, ...bias(c) }), c.dims(0).length);
};

const convTranspose: Operator = (c) => {
  checkSpatial(c);
  const weight = c.tensor(1, 'a filter');
  const groups = c.int('group', 1);
  const { kernel, ...win } = windowOf(c, weight.dims);
  const filter = { out: weight.dims[1]! * groups, in: weight.dims[0]!, kernel, groups, transposed: true };
  const options = { ...win, ...transposedPadding(c, { kernel, ...win }) };
  const attrs = { filter, options, bias: c.has(2) };
  return c.holds(c.to.add('conv_transpose2d', [c.map(0)], attrs, { weight, ...bias(c) }), c.dims(0).length);
};

/** Rows of numbers times a known matrix, [out, in]. The rows may be whole maps, flattened. */
function innerProduct(c: Call, x: Value, weight: WeightTensor, vector: Float32Array | null): Node {
  const placed = c.to.placed(x);
  const base = placed.base;
  const flat = inOrder(placed) && equalDims(dimsOf(x)[0]!, base.batch ?? dimsOf(x)[0]!) && base.size;
  const node = flat ? base : c.to.map(x);
  const [h, w] = node.size!;
  const [out] = weight.dims;
  const attrs = { x: { c: node.channels, h, w }, out: out!, bias: vector !== null, relu: false };
  const tensors = { weight, ...(vector && { bias: { dims: [out!], data: vector } }) };
  return c.to.add('inner_product', [node], attrs, tensors);
}

/** A matrix [in, out] turned to [out, in], times a factor. */
function turned({ dims: [size = 1, out = 1], data }: Known, factor = 1): WeightTensor {
  const values = Float32Array.from(
    { length: size * out },
    (_, i) => factor * (data[(i % size) * out + Math.floor(i / size)] as number),
  );
  return { dims: [out, size], data: values };
}

type Known = NonNullable<ReturnType<Call['to']['host']>>;

const scaledBy = (c: Call, v: Value, factor: number): Value =>
  factor === 1 ? v : binary(c, 'mul', broadcast(c, [v, scalar(factor)]));

/** alpha A B + beta C. */
const gemm: Operator = (c) => {
  const [alpha, beta] = [c.float('alpha', 1), c.float('beta', 1)];
  const matrix = (i: number, isTurned: boolean): Value => {
    const v = c.value(i);
    if (v.steps.length !== 2) c.bad(`a tensor of rank ${v.steps.length}, should be a matrix`);
    return isTurned ? permuted(v, [1, 0]) : v;
  };
  const [a, b] = [matrix(0, c.flag('transA')), matrix(1, c.flag('transB'))];
  const known = c.to.host(b);
  const added = c.has(2) ? c.value(2) : null;
  if (!known) {
    const product = scaledBy(c, matmulOf(c, a, b), alpha);
    return added ? binary(c, 'add', broadcast(c, [product, scaledBy(c, added, beta)])) : product;
  }
  const columns = known.dims[1]!;
  const weight = turned(known, alpha);
  const summand = added && c.to.host(added);
  const isBias = summand?.dims.every((d, i) => d === 1 || (d === columns && i === summand.dims.length - 1));
  const data = summand?.data as ArrayLike<number>;
  const vector = isBias
    ? Float32Array.from({ length: columns }, (_, i) => beta * data[data.length === 1 ? 0 : i]!)
    : null;
  const y = c.holds(innerProduct(c, a, weight, vector), 2);
  return added && !isBias ? binary(c, 'add', broadcast(c, [y, scaledBy(c, added, beta)])) : y;
};

/** Two tensors that a run decides, of rank 2 to 4: the axes before the matrices are images and rows. */
function matmulOf(c: Call, a: Value, b: Value): Value {
  const lead = Math.max(a.steps.length, b.steps.length) - 2;
  if (lead > 2) c.unsupported(`matrices behind ${lead} axes, at most 2`);
  const unit = { size: 1, stride: 0 };
  // [n, k, h, m]: the summed axis on the channels, the other one on the width.
  const laid = ({ steps, ...rest }: Value, summed: number, kept: number): Node => {
    const before = steps.slice(0, -2);
    const [n = unit, h = unit] = before;
    return c.to.map({ ...rest, steps: [n, steps.at(summed)!, h, steps.at(kept)!] });
  };
  const columns = b.steps.at(-1)!.size;
  if (typeof columns !== 'number') return c.unsupported('a matrix whose size a run decides');
  const y = c.holds(c.to.add('matmul', [laid(a, -1, -2), laid(b, -2, -1)], { columns }), 4);
  const [n, outs, h, rows] = y.steps;
  const before = [n!, h!].slice(0, lead);
  return { ...y, steps: [...before, rows!, outs!] };
}

const matmul: Operator = (c) => {
  const [a, b] = [c.value(0), c.value(1)];
  const known = c.to.host(b);
  const unit = { size: 1 as Dim, stride: 0 as Dim };
  if (a.steps.length === 0 || b.steps.length === 0) c.bad('scalars, should be of rank 1 at least');
  if (known && known.dims.length === 2 && a.steps.length > 1) {
    const weight = turned(known);
    const filter = {
      out: weight.dims[0]!,
      in: weight.dims[1]!,
      kernel: [1, 1],
      groups: 1,
      transposed: false,
    } as const;
    return c.over(a, a.steps.length - 1, (x) =>
      c.to.add(
        'conv2d',
        [x],
        { filter, options: {}, bias: false },
        { weight: { dims: [...weight.dims, 1, 1], data: weight.data } },
      ),
    );
  }
  const rows = a.steps.length === 1 ? { ...a, steps: [unit, ...a.steps] } : a;
  const columns = b.steps.length === 1 ? { ...b, steps: [...b.steps, unit] } : b;
  const y = matmulOf(c, rows, columns);
  const drop = [
    ...(a.steps.length === 1 ? [y.steps.length - 2] : []),
    ...(b.steps.length === 1 ? [y.steps.length - 1] : []),
  ];
  return { ...y, steps: y.steps.filter((_, i) => !drop.includes(i)) };
};

/** Operators with a filter or a matrix. */
export const FILTER: readonly (readonly [string, Operator])[] = [
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['Gemm', gemm],
  ['MatMul', matmul],
];
