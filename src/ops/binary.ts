import binaryKernel from '../../kernels/binary.wgsl';
import type { Dispatch } from '../dispatch.js';
import { broadcastRuns } from '../lower/broadcast.js';
import type { Lowering, Operand } from '../lower/lowering.js';

/** OP of kernels/binary.wgsl. */
const OPS = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  max: 4,
  min: 5,
  pow: 6,
  mod: 7,
  fmod: 8,
  equal: 9,
  less: 10,
  greater: 11,
  less_or_equal: 12,
  greater_or_equal: 13,
  and: 14,
  or: 15,
  xor: 16,
  prelu: 17,
} as const;

/**
 * A function of two values. `mod` has the sign of the second as in Python, `fmod` of the first as in C;
 * comparisons and logic give 1 or 0; `prelu` is a from 0 on, else a * b.
 */
export type BinaryOp = keyof typeof OPS;

/** Bits of NaN in f32. */
const NO_NUMBER = 0x7fc00000;

/** y = a op b; an axis of size 1 is repeated. */
export const binary = <B>(
  ctx: Lowering<B>,
  { a, b, y }: { a: Operand<B>; b: Operand<B>; y: Operand<B> },
  op: BinaryOp,
): Dispatch<B>[] =>
  broadcastRuns(ctx, { a, b }, y).map(({ params, views, count, bytes }) => ({
    kernel: binaryKernel,
    elem: ctx.elem,
    constants: { OP: OPS[op] },
    params: { ...params, c: y.shape.c, count, no_number: NO_NUMBER },
    bindings: views,
    invocations: count,
    flops: (count / (params.c4 ?? 1)) * y.shape.c,
    bytes,
  }));
