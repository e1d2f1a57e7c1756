import type { Dispatch } from '../dispatch.js';
import { DeviceLostError, DisposedError, LimitError, OutOfMemoryError, ValidationError } from '../errors.js';
import {
  type AdapterInfo,
  adapterInfo,
  deviceFeatures,
  deviceLimits,
  type LimitsWanted,
  openDevice,
} from '../gpu/device.js';
import { encode, prepare } from '../gpu/encode.js';
import { type Pipelines, pipelinesOf } from '../gpu/pipelines.js';
import type { Feature, Limits } from '../limits.js';
import type { Choosing } from '../lower/choosing.js';
import { costModel } from '../lower/costs.js';
import { bufferBytes } from '../shape.js';
import { lanesAreQuads } from './quads.js';

/** Which device an engine works on, and what it may use of it. */
export interface EngineOptions {
  /** A device of the host's. The engine borrows it: it destroys nothing that it did not create. */
  readonly device?: GPUDevice;
  /** Where to look for an adapter without a device; `navigator.gpu` by default. */
  readonly gpu?: GPU;
  /** Limits of a device that the engine opens itself; the adapter's own unless told otherwise. */
  readonly limits?: LimitsWanted;
  /** Lowers the largest binding that the planner uses, in bytes. */
  readonly maxBindingBytes?: number;
  /** Leaves optional features of the device unused, by name. */
  readonly without?: readonly Feature[];
}

/** Opens an engine on a device of the host's, or on one of its own with all that the adapter offers. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!options.device && !gpu)
    throw new LimitError(
      'there is no navigator.gpu',
      1,
      0,
      'serve the page over https or from localhost, or pass a device',
    );
  const device = options.device ?? (await openDevice(gpu!, options.limits));
  const engine = new Engine(device, options);
  await engine.selfCheck();
  return engine;
}

/** Something on the engine's device that can be built anew on another one. */
export interface Dependent {
  restore(): Promise<void>;
  dispose(): void;
}

/** What can be put on a device: a graph, with the options that it takes. */
export interface Compilable<N, O> {
  compile(engine: Engine, options: O): Promise<N>;
}

/** One device with its compiled kernels. Tensors, eager operators and nets are made from it. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #dependents = new Set<Dependent>();
  #device!: GPUDevice;
  #adapter!: AdapterInfo;
  #limits!: Limits;
  #pipelines!: Pipelines;
  #features!: Set<Feature>;
  #owned!: boolean;
  /** Rejects each promise that waits for this device: one reaction on `device.lost`, however many come and go. */
  readonly #waiting = new Set<(loss: DeviceLostError) => void>();
  #loss: DeviceLostError | null = null;
  #disposed = false;

  /** @internal Use `createEngine`, which also checks what it is going to rely on. */
  constructor(device: GPUDevice, options: EngineOptions) {
    this.#options = options;
    this.#adopt(device, !options.device);
  }

  #adopt(device: GPUDevice, owned: boolean): void {
    this.#device = device;
    this.#owned = owned;
    this.#loss = null;
    this.#adapter = adapterInfo(device.adapterInfo);
    this.#limits = deviceLimits(device, this.#options.maxBindingBytes);
    this.#pipelines = pipelinesOf(device);
    this.#features = deviceFeatures(device);
    for (const feature of this.#options.without ?? []) this.#features.delete(feature);
    void device.lost.then(({ reason, message }) => {
      if (this.#device !== device) return;
      this.#loss = new DeviceLostError(reason, message);
      for (const reject of this.#waiting) reject(this.#loss);
    });
  }

  get device(): GPUDevice {
    return this.#device;
  }

  /** What the adapter says of itself. */
  get adapter(): AdapterInfo {
    return this.#adapter;
  }

  /** What plans and operators keep to: the device's limits, or lower ones by `maxBindingBytes`. */
  get limits(): Limits {
    return this.#limits;
  }

  /** The compiled kernels of the present device, shared with its other engines. */
  get pipelines(): Pipelines {
    return this.#pipelines;
  }

  /** Optional features that the device has and that kernels may use. */
  get features(): ReadonlySet<Feature> {
    return this.#features;
  }

  /** How fast convolutions are, for the choice between them. */
  get speed(): Choosing['speed'] {
    return costModel(this.#adapter);
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Puts a graph and its weights on the device. */
  compile<N, O>(graph: Compilable<N, O>, options: O): Promise<N> {
    this.check();
    return graph.compile(this, options);
  }

  /**
   * Rebuilds every net on another device after a loss, from the weights that it kept. Tensors of the
   * caller's are gone with the old one.
   * @param device a device of the host's; the engine opens one where it had opened the first.
   * @throws DisposedError; LimitError where the engine had borrowed its device and gets no other one
   */
  async restore(device?: GPUDevice): Promise<void> {
    if (this.#disposed) throw new DisposedError('engine');
    const gpu = this.#options.gpu ?? globalThis.navigator?.gpu;
    if (!device && (!this.#owned || !gpu))
      throw new LimitError('restore: the engine borrowed its device', 1, 0, 'pass a new device');
    this.#adopt(device ?? (await openDevice(gpu, this.#options.limits)), !device);
    await this.selfCheck();
    for (const dependent of this.#dependents) await dependent.restore();
  }

  /** @internal */
  attach(dependent: Dependent): void {
    this.#dependents.add(dependent);
  }

  /** @internal */
  detach(dependent: Dependent): void {
    this.#dependents.delete(dependent);
  }

  /** Throws what stands in the way of further work: a loss, or `dispose`. */
  check(): void {
    if (this.#loss) throw this.#loss;
    if (this.#disposed) throw new DisposedError('engine');
  }

  /** Waits for work of this device; rejects with DeviceLostError when the device goes first. */
  async alive<T>(work: Promise<T>): Promise<T> {
    let reject!: (loss: DeviceLostError) => void;
    const lost = new Promise<never>((_, rejected) => {
      reject = rejected;
    });
    this.#waiting.add(reject);
    try {
      const value = await Promise.race([work, lost]);
      this.check();
      return value;
    } catch (error) {
      // The work may have failed only because the device has just gone, which is reported a little later.
      if (!this.#loss) await Promise.race([lost.catch(() => {}), new Promise((done) => setTimeout(done, 0))]);
      throw this.#loss ?? error;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /**
   * Runs GPU calls and waits for the implementation's verdict on them, but not for the GPU, so that a refused command
   * is an error here instead of a wrong number later. The host's own scopes and handlers see none of it. Everything that
   * returns at once can be called in it: operators, `upload`, `net.encode`.
   * @param what stands first in the error's message.
   * @param bytes of an OutOfMemoryError.
   * @param body calls without a wait.
   * @param undo frees what `body` returned, where a command was refused.
   * @throws OutOfMemoryError, ValidationError, DeviceLostError; what `body` throws
   */
  async scoped<T>(
    what: string,
    bytes: number,
    body: () => T,
    undo: (value: T) => void = () => {},
  ): Promise<T> {
    this.check();
    for (const filter of ['internal', 'validation', 'out-of-memory'] as const)
      this.device.pushErrorScope(filter);
    const verdicts = () => Promise.all([0, 1, 2].map(() => this.device.popErrorScope()));
    let value: T;
    try {
      value = body();
    } catch (error) {
      verdicts().catch(() => {});
      throw error;
    }
    try {
      const [memory, validation, internal] = await this.alive(verdicts());
      if (memory) throw new OutOfMemoryError(`${what}: ${memory.message || 'out of memory'}`, bytes);
      const error = validation ?? internal;
      if (error) throw new ValidationError(`${what}: ${error.message}`);
      return value;
    } catch (error) {
      undo(value);
      throw error;
    }
  }

  /** A storage buffer that shaders and copies may use. */
  buffer(bytes: number, label: string): GPUBuffer {
    this.check();
    if (bytes > this.limits.bufferBytes)
      throw new LimitError(
        `${label}: a buffer of ${bytes} bytes, the device allows ${this.limits.bufferBytes}`,
        bytes,
        this.limits.bufferBytes,
        'ask for a device with a larger maxBufferSize',
      );
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return this.device.createBuffer({ label, size: bufferBytes(bytes), usage });
  }

  /** Records dispatches into `encoder`. Returns the buffer of their params, to destroy after the submit. */
  encode(
    encoder: GPUCommandEncoder,
    dispatches: readonly Dispatch<GPUBuffer | GPUTextureView>[],
  ): GPUBuffer | null {
    const { prepared, params } = prepare(
      this.device,
      this.limits,
      dispatches,
      (d) => this.pipelines.get(d),
      (b) => b,
    );
    const pass = encoder.beginComputePass();
    encode(pass, prepared);
    pass.end();
    return params;
  }

  /** Copies a buffer's bytes to the host. */
  async readBuffer(source: GPUBuffer, offset = 0, size = source.size - offset): Promise<ArrayBuffer> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const copy = () => {
      const buffer = this.device.createBuffer({ label: 'read', size, usage });
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, offset, buffer, 0, size);
      this.device.queue.submit([encoder.finish()]);
      return buffer;
    };
    const staging = await this.scoped('read', size, copy, (buffer) => buffer.destroy());
    try {
      await this.alive(staging.mapAsync(GPUMapMode.READ));
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }

  /** Drops features whose kernels rest on what this device turns out not to do. */
  async selfCheck(): Promise<void> {
    if (this.#features.has('subgroups') && !(await lanesAreQuads(this))) this.#features.delete('subgroups');
  }

  /** Lets go of everything the engine created; a borrowed device lives on. */
  dispose(): void {
    if (this.#disposed) return;
    for (const dependent of this.#dependents) dependent.dispose();
    this.#disposed = true;
    if (this.#owned) this.device.destroy();
  }
}
