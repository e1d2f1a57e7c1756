import { ShapeError } from '../errors.js';

/** Window and constants of a local response normalisation. */
export interface LrnOptions {
  /** Channels in the window; an even one has its spare channel above the centre. */
  readonly size: number;
  /** Divided by `size`, as Caffe and ONNX do. */
  readonly alpha: number;
  readonly beta: number;
  /** 1 by default. */
  readonly k?: number;
}

/** Throws a ShapeError unless the options give finite values. */
export function checkLrn(op: string, { size, alpha, beta, k = 1 }: LrnOptions): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new ShapeError(`${op}: window of ${size} channels, should be a positive integer`);
  if (!(k > 0) || !(alpha >= 0) || !Number.isFinite(beta))
    throw new ShapeError(
      `${op}: k ${k}, alpha ${alpha} and beta ${beta}, should be positive, not negative and finite`,
    );
}

/** The window and the constants as kernels take them. */
export function lrnParams(op: string, o: LrnOptions) {
  checkLrn(op, o);
  const before = Math.floor((o.size - 1) / 2);
  return { before, after: o.size - 1 - before, k: o.k ?? 1, alpha: o.alpha / o.size, beta: o.beta };
}
