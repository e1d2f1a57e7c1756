import { broadcastShape } from '../../lower/broadcast.js';
import { type BinaryOp, binary as binaryOp } from '../../ops/binary.js';
import { choose } from '../../ops/choose.js';
import { type MatmulOptions, matmul as matmulOp, matmulShape } from '../../ops/matmul.js';
import { type ReduceOptions, reduce as reduceOp, reduceShape } from '../../ops/reduce.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { alike, type On, output } from './on.js';

/** a op b, value by value; an axis of size 1 is repeated. */
export function binary(on: On, op: BinaryOp, a: Tensor, b: Tensor, y?: Tensor): Tensor {
  const out = output(on, op, alike(op, [a, b]), broadcastShape(op, [a.shape, b.shape]), y);
  recorded(on, (r) => r.add(binaryOp(r.lowering(op, out.elem), { a, b, y: out }, op)));
  return out;
}

/** a where `test` is not 0, else b; an axis of size 1 is repeated. */
export function select(on: On, test: Tensor, a: Tensor, b: Tensor, y?: Tensor): Tensor {
  const shape = broadcastShape('select', [test.shape, a.shape, b.shape]);
  const out = output(on, 'select', alike('select', [test, a, b]), shape, y);
  recorded(on, (r) => r.add(choose(r.lowering('select', out.elem), { test, a, b, y: out })));
  return out;
}

/** The sum, mean, largest ... over axes, which become 1. */
export function reduce(on: On, x: Tensor, o: ReduceOptions, y?: Tensor): Tensor {
  const out = output(on, 'reduce', x, reduceShape('reduce', x.shape, o), y);
  recorded(on, (r) => r.add(reduceOp(r.lowering('reduce', x.elem), { x, y: out }, o)));
  return out;
}

/**
 * Products of matrices, one for each image and row: a of [N, K, H, M] and b of [N, K, H, J] to [N, J, H, M],
 * y[n, j, h, i] = sum over k of a[n, k, h, i] * b[n, k, h, j]. N and H may be 1 in one of them.
 */
export function matmul(on: On, a: Tensor, b: Tensor, y?: Tensor): Tensor {
  const o: MatmulOptions = { columns: b.shape.w };
  const out = output(on, 'matmul', alike('matmul', [a, b]), matmulShape('matmul', a.shape, b.shape, o), y);
  recorded(on, (r) => r.add(matmulOp(r.lowering('matmul', out.elem), { a, b, y: out })));
  return out;
}
