import type { Dispatch, ElemType, PipelineSpec } from '../dispatch.js';
import { WgslError } from '../errors.js';
import type { BindingType, Kernel } from '../kernel.js';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Declarations in WGSL may follow their use, so the alias stands last and lines keep their numbers. */
const source = (kernel: Kernel, elem: ElemType): string =>
  `${elem === 'f16' ? 'enable f16; ' : ''}${kernel.code}\nalias Elem = ${elem};\n`;

/** Storage type and constants of a kernel's pipeline. */
const specialised = ({ kernel, elem, constants }: PipelineSpec): string =>
  [elem, ...kernel.overrides.map((name) => constants[name] ?? '')].join();

/** The pipelines that launches and their twins need, each once. */
export function pipelineSpecs(dispatches: Iterable<Dispatch<unknown>>): PipelineSpec[] {
  const seen = new Map<Kernel, Map<string, PipelineSpec>>();
  for (const { twin, ...own } of dispatches)
    for (const spec of twin ? [own, twin] : [own]) {
      const of = seen.get(spec.kernel) ?? new Map();
      seen.set(spec.kernel, of.set(specialised(spec), spec));
    }
  return [...seen.values()].flatMap((of) => [...of.values()]);
}

const LAYOUT_ENTRY: Record<BindingType, Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'>> = {
  uniform: { buffer: { type: 'uniform' } },
  'read-only-storage': { buffer: { type: 'read-only-storage' } },
  storage: { buffer: { type: 'storage' } },
  texture: { texture: { sampleType: 'float' } },
  'storage-texture': { storageTexture: { access: 'write-only', format: 'rgba8unorm' } },
};

/** Compiled kernels of one device. The key is the source and the constants, so nothing compiles twice. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #ready = new Map<string, Pipeline>();
  readonly #pending = new Map<string, Promise<Pipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get size(): number {
    return this.#ready.size;
  }

  /**
   * A pipeline at once; the implementation compiles it when it is first used. What `compile` has begun is not waited for:
   * the implementation may then compile it once more, and this one stays.
   */
  get(spec: PipelineSpec): Pipeline {
    const key = this.#key(spec);
    let found = this.#ready.get(key);
    if (!found) {
      const { layout, descriptor } = this.#describe(spec);
      found = { layout, pipeline: this.#device.createComputePipeline(descriptor) };
      this.#ready.set(key, found);
    }
    return found;
  }

  /** Compiles without a stall. @throws WgslError where the implementation refuses the kernel. */
  compile(spec: PipelineSpec): Promise<Pipeline> {
    const key = this.#key(spec);
    const ready = this.#ready.get(key);
    if (ready) return Promise.resolve(ready);
    let pending = this.#pending.get(key);
    if (!pending) {
      pending = this.#compile(spec, key).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return pending;
  }

  async #compile(spec: PipelineSpec, key: string): Promise<Pipeline> {
    // What is wrong is what the pipeline rejects with, and no matter for the handler of the device's host.
    this.#device.pushErrorScope('validation');
    const { layout, descriptor } = this.#describe(spec);
    this.#device.popErrorScope().catch(() => {});
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      const made = this.#ready.get(key) ?? { layout, pipeline };
      this.#ready.set(key, made);
      return made;
    } catch (error) {
      throw await wgslError(spec.kernel, descriptor.compute.module, error);
    }
  }

  #key(spec: PipelineSpec): string {
    return `${specialised(spec)}\n${source(spec.kernel, spec.elem)}`;
  }

  #describe({ kernel, elem, constants }: PipelineSpec) {
    const layout = this.#layout(kernel);
    const module = this.#device.createShaderModule({ label: kernel.name, code: source(kernel, elem) });
    const descriptor = {
      label: kernel.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: kernel.name, constants: { ...constants } },
    };
    return { layout, descriptor };
  }

  #layout(kernel: Kernel): GPUBindGroupLayout {
    const key = kernel.bindings.map((b) => `${b.binding}${b.type}`).join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      const entries = kernel.bindings.map((b) => ({
        binding: b.binding,
        visibility: 4 /* GPUShaderStage.COMPUTE, which is no global everywhere */,
        ...LAYOUT_ENTRY[b.type],
      }));
      layout = this.#device.createBindGroupLayout({ label: kernel.name, entries });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

const pipelines = new WeakMap<GPUDevice, Pipelines>();

/** The pipelines of a device, which all its engines share. */
export function pipelinesOf(device: GPUDevice): Pipelines {
  const found = pipelines.get(device) ?? new Pipelines(device);
  pipelines.set(device, found);
  return found;
}

async function wgslError(kernel: Kernel, module: GPUShaderModule, cause: unknown): Promise<Error> {
  const info = await module.getCompilationInfo();
  const first = info.messages.find((m) => m.type === 'error');
  const reason = first?.message ?? (cause instanceof Error ? cause.message : String(cause));
  const line = first?.lineNum ?? 0;
  const text = kernel.code.split('\n')[line - 1] ?? '';
  return new WgslError(kernel.name, line, first?.linePos ?? 0, text, reason);
}
