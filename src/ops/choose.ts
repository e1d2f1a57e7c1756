import chooseKernel from '../../kernels/choose.wgsl';
import type { Dispatch } from '../dispatch.js';
import { broadcastRuns } from '../lower/broadcast.js';
import type { Lowering, Operand } from '../lower/lowering.js';

/** y = a where test is not 0, else b; an axis of size 1 is repeated. */
export const choose = <B>(
  ctx: Lowering<B>,
  { test: t, a, b, y }: { test: Operand<B>; a: Operand<B>; b: Operand<B>; y: Operand<B> },
): Dispatch<B>[] =>
  broadcastRuns(ctx, { t, a, b }, y).map(({ params, views, count, bytes }) => ({
    kernel: chooseKernel,
    elem: ctx.elem,
    constants: {},
    params: { ...params, count },
    bindings: views,
    invocations: count,
    flops: 0,
    bytes,
  }));
