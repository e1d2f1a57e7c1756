/** Characters of a message's line, which may quote what a file says. */
const LONGEST_LINE = 1000;

const brief = (message: string): string =>
  message
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line))
    .join('\n');

/** A shape, attribute or offset that an operator cannot take. Message: `op: what is, what should be`. */
export class ShapeError extends RangeError {
  override readonly name = 'ShapeError';
  constructor(message = '', options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** The device offers less than a run needs. `needed` and `have` are in the unit that the message names. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  constructor(
    message: string,
    readonly needed: number,
    readonly have: number,
    /** What the caller can do about it. */
    readonly howTo: string,
  ) {
    super(`${brief(message)}; ${howTo}`);
  }
}

/** The GPUDevice is gone. `Engine.restore` builds everything anew on another one. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  constructor(
    readonly reason: GPUDeviceLostReason,
    message: string,
  ) {
    super(`device lost (${reason}): ${message || 'the implementation gave no message'}`);
  }
}

/** An engine or a net that was used after its `dispose()`. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';
  constructor(what: string) {
    super(`${what}: used after dispose(), should be made anew`);
  }
}

/** The implementation could not allocate `bytes`. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  constructor(
    message: string,
    readonly bytes: number,
  ) {
    super(message);
  }
}

/** A kernel that the WebGPU implementation refuses. */
export class WgslError extends Error {
  override readonly name = 'WgslError';
  constructor(
    readonly kernel: string,
    /** From 1, in the kernel's own file; 0 when the implementation names no place. */
    readonly line: number,
    readonly column: number,
    readonly sourceLine: string,
    reason: string,
  ) {
    super(`${kernel}.wgsl:${line}:${column}: ${reason}${sourceLine ? `\n  ${sourceLine.trim()}` : ''}`);
  }
}

/** A command that the implementation's validation refused: a mistake in the host's buffers or in a kernel. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';
}

/** A file that breaks off or breaks its format's rules. `offset` is in bytes, or in lines for text. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  constructor(
    message: string,
    readonly offset = -1,
    unit: 'byte' | 'line' = 'byte',
  ) {
    super(offset < 0 ? brief(message) : `${brief(message)} (at ${unit} ${offset})`);
  }
}

/** A layer or option that exists but that this project does not run. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
  constructor(message = '', options?: ErrorOptions) {
    super(brief(message), options);
  }
}

/** Weights that are missing, of another shape, or not finite. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  constructor(
    message: string,
    /** Name of the layer's tensor, as in `conv1_1.weight`. */
    readonly tensor: string,
  ) {
    super(brief(message));
  }
}

/** A data set that lacks a file or a split, or a file of it that does not fit: a size, a label, a name. */
export class DataError extends Error {
  override readonly name = 'DataError';
  constructor(
    message: string,
    /** The file or folder, or the spec of the data set. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${message}`, options);
  }
}

/** A record of `Net.tune` that does not serve here. */
export class TuningError extends Error {
  override readonly name = 'TuningError';
  constructor(
    message: string,
    /** Not a record, or of another version of this package, or of another adapter. */
    readonly reason: 'damaged' | 'version' | 'adapter',
  ) {
    super(brief(message));
  }
}

/** Bytes that did not arrive, or that are not those that were wanted: a status, a length, a hash. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  constructor(
    message: string,
    /** HTTP status of the answer; null where there was none, or another fault. */
    readonly status: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
