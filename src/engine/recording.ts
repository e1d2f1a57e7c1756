import type { Dispatch, Elem, View } from '../dispatch.js';
import { ValidationError } from '../errors.js';
import type { BindingType } from '../kernel.js';
import { type Lowering, whole } from '../lower/lowering.js';
import type { Engine } from './engine.js';

/**
 * A list of dispatches on real buffers. Eager operators add to it; `encode` records it into a host's
 * encoder, `submit` runs it. Operators called with an engine instead of a recording submit at once.
 */
export class Recording {
  readonly engine: Engine;
  readonly #dispatches: Dispatch<GPUBuffer | GPUTextureView>[] = [];
  readonly #temporary: GPUBuffer[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** What was added and is not encoded yet. */
  get dispatches(): readonly Dispatch<GPUBuffer | GPUTextureView>[] {
    return this.#dispatches;
  }

  /** Adds dispatches at the end. @throws ValidationError where one reads the buffer that it writes. */
  add(dispatches: readonly Dispatch<GPUBuffer | GPUTextureView>[]): void {
    for (const { kernel, bindings } of dispatches) {
      const of = (type: BindingType) => kernel.bindings.filter((b) => b.type === type);
      for (const written of of('storage'))
        for (const read of of('read-only-storage'))
          if (bindings[written.name]?.buffer === bindings[read.name]?.buffer)
            throw new ValidationError(
              `${kernel.name}: ${written.name} and ${read.name} are one buffer, the output should be another`,
            );
    }
    this.#dispatches.push(...dispatches);
  }

  /** A buffer that lives until the recording has run. */
  temporary(bytes: number, label: string): GPUBuffer {
    const buffer = this.engine.buffer(bytes, label);
    this.#temporary.push(buffer);
    return buffer;
  }

  /** What an operator needs to know to write its dispatches. */
  lowering(op: string, elem: Elem): Lowering<GPUBuffer> {
    return {
      op,
      elem,
      limits: this.engine.limits,
      features: this.engine.features,
      memory: 'fast',
      speed: this.engine.speed,
      maxFlops: Number.POSITIVE_INFINITY,
      scratch: (bytes) => this.temporary(bytes, `${op} scratch`),
      constant: (data): View<GPUBuffer> => {
        const buffer = this.temporary(data.byteLength, `${op} constant`);
        this.engine.device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
        return whole(buffer, data.byteLength);
      },
    };
  }

  /** Records into the host's encoder. Call `release` once the host has submitted it. */
  encode(encoder: GPUCommandEncoder): void {
    if (this.#dispatches.length === 0) return;
    const params = this.engine.encode(encoder, this.#dispatches);
    if (params) this.#temporary.push(params);
    this.#dispatches.length = 0;
  }

  /** Submits what was recorded, without waiting for it. */
  submit(): void {
    const encoder = this.engine.device.createCommandEncoder();
    this.encode(encoder);
    this.engine.device.queue.submit([encoder.finish()]);
    this.release();
  }

  /** Frees temporary buffers. Work already submitted keeps what it uses. */
  release(): void {
    for (const buffer of this.#temporary.splice(0)) buffer.destroy();
  }
}

/**
 * Runs `body` on the given recording, or on a new one that is submitted at once, without a wait for the device's verdict:
 * see `Engine.scoped`.
 */
export function recorded<T>(on: Engine | Recording, body: (recording: Recording) => T): T {
  if (on instanceof Recording) return body(on);
  on.check();
  const recording = new Recording(on);
  try {
    const value = body(recording);
    recording.submit();
    return value;
  } catch (error) {
    recording.release();
    throw error;
  }
}
