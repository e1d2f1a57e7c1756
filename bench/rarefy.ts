import type { Dispatch, Elem } from '../src/dispatch.js';
import type { Engine } from '../src/engine/engine.js';
import { downloadLabels } from '../src/engine/pixels.js';
import { Recording } from '../src/engine/recording.js';
import { download } from '../src/engine/tensor.js';
import { encode, prepare } from '../src/gpu/encode.js';
import { type Contender, type Launch, Unsupported } from './contender.js';
import { gpuTime } from './gpu_time.js';
import { coldLaunch, stepLaunch } from './rarefy_net.js';
import type { LayerTask } from './task.js';

type Dispatches = readonly Dispatch<GPUBuffer | GPUTextureView>[];

/** The kernels of dispatches, each once. */
export const kernelsOf = (dispatches: Dispatches): string =>
  [...new Set(dispatches.map((d) => d.kernel.name))].join(' + ');

/** @param elem what maps and filters are stored in */
export const rarefy = (engine: Engine, gpu: GPU, elem: Elem = 'f32'): Contender => ({
  name: elem === 'f16' ? 'rarefy-f16' : 'rarefy',
  async prepare(task) {
    if (task.kind === 'layer') return layerLaunch(engine, task, (d) => d, elem);
    if (task.kind === 'net') return coldLaunch(gpu, task, elem);
    if (elem === 'f16') throw new Unsupported('training is in f32');
    return stepLaunch(engine, task);
  },
});

/**
 * Our operators, recorded once; the launches of a sample are one submit, as the layers of a net are.
 * @param change stands other kernels in for those of the dispatches
 */
export async function layerLaunch(
  engine: Engine,
  { case: c, inputs }: Pick<LayerTask, 'case' | 'inputs'>,
  change: (dispatches: Dispatches) => Dispatches = (d) => d,
  elem: Elem = 'f32',
): Promise<Launch> {
  const { device } = engine;
  const launch = c.launch(engine, inputs, elem);
  const recording = new Recording(engine);
  let params: GPUBuffer | null = null;
  const free = () => {
    params?.destroy();
    recording.release();
    launch.free();
  };
  try {
    // What an operator fails to write must not look like zeros.
    for (const { buffer } of launch.outputs)
      device.queue.writeBuffer(buffer, 0, new Uint8Array(buffer.size).fill(0xff));
    launch.run(recording);
    const dispatches = change(recording.dispatches);
    await Promise.all(dispatches.map((d) => engine.pipelines.compile(d)));
    const made = await engine.scoped(c.name, c.bytes, () =>
      prepare(
        device,
        engine.limits,
        dispatches,
        (d) => engine.pipelines.get(d),
        (b) => b,
      ),
    );
    ({ params } = made);
    // Uploads and the packing of weights are no part of the first launch.
    await engine.alive(device.queue.onSubmittedWorkDone());
    let encoder: GPUCommandEncoder | undefined;
    return {
      variant: kernelsOf(dispatches),
      run() {
        encoder ??= device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        encode(pass, made.prepared);
        pass.end();
      },
      async finish() {
        if (encoder) device.queue.submit([encoder.finish()]);
        encoder = undefined;
        await engine.alive(device.queue.onSubmittedWorkDone());
      },
      read: () =>
        Promise.all(
          launch.outputs.map((y) => ('elem' in y ? download(engine, y) : downloadLabels(engine, y))),
        ),
      gpu: async () => ({ gpuMs: await gpuTime(engine, (pass) => encode(pass, made.prepared)) }),
      free,
    };
  } catch (error) {
    free();
    throw error;
  }
}
