import type { Dispatch } from '../dispatch.js';
import { type Crop, cropDispatches } from '../lower/crop.js';
import type { Lowering, Operand } from '../lower/lowering.js';

/** y = the window of x, [N, C, H', W']. See `cropShape`. */
export const crop = <B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }, o: Crop): Dispatch<B>[] =>
  cropDispatches(ctx, t, o);
