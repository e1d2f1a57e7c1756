import { exportOnnx } from '../src/weights/onnx/export.js';
import { type Contender, type EngineName, type PeerFolders, Unsupported } from './contender.js';
import { onnxModel } from './onnx_layer.js';
import { writeOnnx } from './onnx_model.js';
import type { Task } from './task.js';

/** What is used here of onnxruntime-web. */
interface Ort {
  readonly env: {
    logLevel: string;
    readonly wasm: { wasmPaths: string; numThreads: number };
    readonly webgpu: { readonly device: Promise<GPUDevice> };
  };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): Tensor;
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: 'float32'; dims: readonly number[] }): Tensor;
  };
}
interface Tensor {
  readonly dims: readonly number[];
  getData(): Promise<Float32Array>;
  dispose(): void;
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** The model file of a task, the data of its input, and the sizes at both ends; those of a net's output are its own. */
function modelOf(task: Task) {
  if (task.kind === 'step') throw new Unsupported('it does not train');
  if (task.kind === 'net') {
    const { graph, weights, shape, x } = task;
    const { n, c, h, w } = shape;
    const bytes = exportOnnx(graph, weights, { sizes: { [graph.inputs[0]!.name]: shape } });
    return { bytes, x, dims: [n, c, h, w], wanted: undefined };
  }
  const { layer } = task.case;
  if (!layer) throw new Unsupported('not compared: the operator has no description that ONNX could take');
  const model = onnxModel(layer, task.inputs);
  const x = task.inputs[layer.input ?? 'x']!;
  return { bytes: writeOnnx(model), x, dims: model.x, wanted: model.y };
}

/** The WebAssembly that the page has loaded for its WebGPU provider. */
const wasmName = (): string =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => /([^/]*ort[^/]*\.(?:asyncify|jspi|jsep)\.wasm)$/.exec(name)?.[1])
    .find((name) => name !== undefined) ?? 'wasm unknown';

/** A module of onnxruntime-web's; another query string loads it once more, with settings of its own. */
async function load(folder: string, file: string): Promise<Ort> {
  const ort: Ort = await import(`${folder}${file}`);
  ort.env.wasm.wasmPaths = folder;
  ort.env.logLevel = 'error';
  return ort;
}

interface Provider {
  readonly ort: Ort;
  readonly options: object;
  readonly variant: () => string;
  /** The GPU that input and output stay on; null where both are in the host's memory. */
  device(): Promise<GPUDevice | null>;
}

const contender = (name: EngineName, { ort, options, variant, device }: Provider): Contender => ({
  name,
  async prepare(task) {
    const { bytes, x: data, dims, wanted } = modelOf(task);
    const session = await ort.InferenceSession.create(bytes, options);
    const gpu = await device();
    const buffer = gpu?.createBuffer({
      size: Math.ceil(data.byteLength / 16) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    if (buffer) gpu!.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    const x = buffer
      ? ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims })
      : new ort.Tensor('float32', data, dims);
    const feeds = { [session.inputNames[0]!]: x };
    let y: Tensor | undefined;
    return {
      variant: variant(),
      async run() {
        y?.dispose();
        y = (await session.run(feeds))[session.outputNames[0]!];
      },
      finish: async () => void (await gpu?.queue.onSubmittedWorkDone()),
      async read() {
        const values = (await y!.getData()).slice();
        if (wanted && `${y!.dims}` !== `${wanted}`)
          throw new Unsupported(`its output is [${y!.dims}], ours [${wanted}]`);
        return [values];
      },
      free() {
        y?.dispose();
        void session.release().then(() => buffer?.destroy());
      },
    };
  },
});

/** onnxruntime-web's own WebGPU provider, with its defaults. */
export async function openOnnxruntime(folders: PeerFolders): Promise<Contender> {
  const ort = await load(folders['onnxruntime-web'], 'ort.webgpu.bundle.min.mjs');
  return contender('ort-webgpu', {
    ort,
    options: {
      executionProviders: ['webgpu'],
      preferredOutputLocation: 'gpu-buffer',
      // An operator that its WebGPU provider lacks is an error, not a detour over the CPU.
      extra: { session: { disable_cpu_ep_fallback: '1' } },
    },
    variant: wasmName,
    device: () => ort.env.webgpu.device,
  });
}

/** onnxruntime-web on the CPU, by SIMD in WebAssembly on so many threads. Input and output are the host's. */
export async function openOnnxruntimeWasm(folders: PeerFolders, threads: 1 | 2): Promise<Contender> {
  if (threads > 1 && typeof document !== 'undefined' && !globalThis.crossOriginIsolated)
    throw new Unsupported(`${threads} threads need a cross-origin-isolated page`);
  const ort = await load(folders['onnxruntime-web'], `ort.wasm.bundle.min.mjs?threads=${threads}`);
  ort.env.wasm.numThreads = threads;
  return contender(`ort-wasm-${threads}`, {
    ort,
    options: { executionProviders: ['wasm'] },
    variant: () => `SIMD, ${threads} thread${threads > 1 ? 's' : ''}`,
    device: async () => null,
  });
}
