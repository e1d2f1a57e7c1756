import type { Shape } from '../src/shape.js';
import { type Contender, type PeerFolders, Unsupported } from './contender.js';
import type { Task } from './task.js';
import { tfjsCall } from './tfjs_layer.js';
import { type Call, lastAxes, mapOf, planar } from './tfjs_maps.js';
import { tfjsNet } from './tfjs_net.js';

/** What is used here of TensorFlow.js. */
export interface Tensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}
type Sizes = readonly number[];
type Pool = (x: Tensor, window: Sizes, strides: Sizes, pad: unknown, rounding: 'ceil' | undefined) => Tensor;
type Resize = (x: Tensor, size: Sizes, alignCorners: boolean, halfPixelCenters: boolean) => Tensor;
export interface Tf {
  readonly version_core: string;
  setBackend(name: 'webgpu'): Promise<boolean>;
  backend(): Backend;
  tidy(body: () => Tensor): Tensor;
  tensor(values: Float32Array, shape: Sizes): Tensor;
  readonly fused: { conv2d(config: object): Tensor; depthwiseConv2d(config: object): Tensor };
  conv2dTranspose(x: Tensor, filter: Tensor, outputShape: Sizes, strides: Sizes, pad: unknown): Tensor;
  maxPool: Pool;
  avgPool: Pool;
  pool(x: Tensor, window: Sizes, type: 'max' | 'avg', pad: unknown, dilations: Sizes, strides: Sizes): Tensor;
  readonly image: { readonly resizeNearestNeighbor: Resize; readonly resizeBilinear: Resize };
  slice(x: Tensor, begin: Sizes, size: Sizes): Tensor;
  batchNorm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    offset: Tensor,
    scale: Tensor,
    epsilon: number,
  ): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  localResponseNormalization(x: Tensor, radius: number, bias: number, alpha: number, beta: number): Tensor;
  mean(x: Tensor, axes: Sizes, keepDims: boolean): Tensor;
  moments(x: Tensor, axes: Sizes): { readonly mean: Tensor; readonly variance: Tensor };
  /** Over the last axis. */
  softmax(x: Tensor): Tensor;
  logSoftmax(x: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  engine(): { runKernel(name: string, inputs: Readonly<Record<string, Tensor>>, attrs: object): Tensor };
  add(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
}
interface Backend {
  readonly device: GPUDevice;
  readonly commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** Loads a script into the page. */
export const script = (src: string) =>
  new Promise<void>((done, failed) => {
    const element = Object.assign(document.createElement('script'), { src });
    element.onload = () => done();
    element.onerror = () => failed(new Error(`${src}: it does not load`));
    document.head.append(element);
  });

/** Its module: scripts of a page, or the packages' builds for Node where there is none. */
async function moduleOf(folders: Pick<PeerFolders, 'tfjs-core' | 'tfjs-backend-webgpu'>): Promise<Tf> {
  const [core, backend] = [
    `${folders['tfjs-core']}tf-core`,
    `${folders['tfjs-backend-webgpu']}tf-backend-webgpu`,
  ];
  if (typeof document === 'undefined') {
    const { default: tf }: { default: Tf } = await import(`${core}.node.js`);
    await import(`${backend}.node.js`);
    return tf;
  }
  await script(`${core}.min.js`);
  await script(`${backend}.min.js`);
  return (globalThis as unknown as { tf: Tf }).tf;
}

/** TensorFlow.js on its WebGPU backend, with its defaults. */
export async function loadTfjs(folders: Pick<PeerFolders, 'tfjs-core' | 'tfjs-backend-webgpu'>) {
  const tf = await moduleOf(folders);
  if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs: its WebGPU backend does not start');
  const backend = tf.backend();
  return {
    tf,
    version: tf.version_core,
    async finish(): Promise<void> {
      // It keeps launches in an open pass; without these two there is nothing to wait for.
      if (backend.commandEncoder) {
        backend.endComputePassEncoder();
        backend.submitQueue();
      }
      await backend.device.queue.onSubmittedWorkDone();
    },
  };
}

/** TensorFlow.js as one of the engines of the benchmark. */
export async function openTfjs(folders: PeerFolders): Promise<Contender> {
  const { tf, finish } = await loadTfjs(folders);
  return {
    name: 'tfjs-webgpu',
    async prepare(task) {
      const { call, shape, x: data, wanted } = taskCall(tf, task);
      const x = mapOf(tf, data, shape);
      let y: Tensor | undefined;
      return {
        variant: `tfjs ${tf.version_core}`,
        run() {
          y?.dispose();
          y = tf.tidy(() => call.run(x));
        },
        finish,
        async read() {
          const { n, c, h, w } = wanted;
          const size = call.filter ? [h, w, c, n] : [n, h, w, c];
          if (`${y!.shape}` !== `${size}`)
            throw new Unsupported(`its output is [${y!.shape}], ours [${size}], channels last`);
          const data = await y!.data();
          return [call.filter ? lastAxes(data, h * w, c, true) : planar(data, wanted)];
        },
        free() {
          y?.dispose();
          for (const tensor of [x, ...call.kept]) tensor.dispose();
        },
      };
    },
  };
}

/** What a task calls, on what, and the size of what comes of it. */
function taskCall(tf: Tf, task: Task): { call: Call; shape: Shape; x: Float32Array; wanted: Shape } {
  if (task.kind === 'step') throw new Unsupported('not compared here: `npm run bench:training` does');
  if (task.kind === 'net') {
    const net = tfjsNet(tf, task);
    return { call: net, shape: task.shape, x: task.x, wanted: net.y };
  }
  const { layer } = task.case;
  if (!layer) throw new Unsupported('not compared: the operator has no description that it could take');
  const call = tfjsCall(tf, layer, task.inputs);
  return { call, shape: layer.x, x: task.inputs[layer.input ?? 'x']!, wanted: layer.y };
}
