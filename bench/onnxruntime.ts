import type { Contender } from './contender.js';
import { Unsupported } from './contender.js';
import { onnxModel } from './onnx_layer.js';
import { writeOnnx } from './onnx_model.js';

/** What is used here of onnxruntime-web. */
interface Ort {
  readonly env: {
    logLevel: string;
    readonly wasm: { wasmPaths: string };
    readonly webgpu: { readonly device: Promise<GPUDevice> };
  };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: {
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: 'float32'; dims: readonly number[] }): Tensor;
  };
}
interface Tensor {
  readonly dims: readonly number[];
  getData(): Promise<Float32Array>;
  dispose(): void;
}
interface Session {
  run(feeds: { x: Tensor }): Promise<{ readonly y: Tensor }>;
  release(): Promise<void>;
}

/** The WebAssembly that the page has loaded for it. */
const wasmName = (): string =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => /([^/]*ort[^/]*\.wasm)$/.exec(name)?.[1])
    .find((name) => name !== undefined) ?? 'wasm unknown';

/** onnxruntime-web's own WebGPU provider, with its defaults. The command serves its files beside the page. */
export async function openOnnxruntime(url: string): Promise<Contender> {
  const folder = `${url}onnxruntime-web/`;
  const ort: Ort = await import(`${folder}ort.webgpu.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = folder;
  ort.env.logLevel = 'error';
  return {
    name: 'ort-webgpu',
    async prepare({ layer }, inputs) {
      if (!layer) throw new Unsupported('it has no such operator');
      const model = onnxModel(layer, inputs);
      const session = await ort.InferenceSession.create(writeOnnx(model), {
        executionProviders: ['webgpu'],
        preferredOutputLocation: 'gpu-buffer',
        // An operator that its WebGPU provider lacks is an error, not a detour over the CPU.
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      });
      const device = await ort.env.webgpu.device;
      const data = inputs.x!;
      const buffer = device.createBuffer({
        size: Math.ceil(data.byteLength / 16) * 16,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      });
      device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
      const x = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: model.x });
      let y: Tensor | undefined;
      return {
        variant: wasmName(),
        async run() {
          y?.dispose();
          ({ y } = await session.run({ x }));
        },
        finish: () => device.queue.onSubmittedWorkDone(),
        async read() {
          const values = (await y!.getData()).slice();
          if (`${y!.dims}` !== `${model.y}`)
            throw new Unsupported(`its output is [${y!.dims}], ours [${model.y}]`);
          return [values];
        },
        free() {
          y?.dispose();
          void session.release().then(() => buffer.destroy());
        },
      };
    },
  };
}
