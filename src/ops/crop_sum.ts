import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Crop, cropDispatches, cropShape } from '../lower/crop.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type Shape, showShape } from '../shape.js';

/** First row and column of the window of b. */
export type CropSumOptions = Pick<Crop, 'offset'>;

/** The shape of a. @throws ShapeError unless images and channels agree and the window lies on b. */
export function cropSumShape(op: string, a: Shape, b: Shape, o: CropSumOptions): Shape {
  if (a.n !== b.n || a.c !== b.c)
    throw new ShapeError(
      `${op}: maps of ${showShape(a)} and ${showShape(b)}, images and channels should agree`,
    );
  return cropShape(op, b, { ...o, size: a });
}

/** y = a + the window of b that has a's size, [N, C, H, W]: how the paper's skips meet. */
export const cropSum = <B>(
  ctx: Lowering<B>,
  { a, b, y }: { a: Operand<B>; b: Operand<B>; y: Operand<B> },
  o: CropSumOptions,
): Dispatch<B>[] => cropDispatches(ctx, { a, x: b, y }, o);
