import type { Elem } from '../src/dispatch.js';
import { createEngine, type Engine } from '../src/engine/engine.js';
import { download, empty, type Tensor, upload } from '../src/engine/tensor.js';
import type { CompileOptions } from '../src/graph/net_options.js';
import { createTrainer } from '../src/train/trainer.js';
import { learned, RATE } from './check_step.js';
import type { Launch } from './contender.js';
import { together } from './gpu_time.js';
import { IGNORE, type NetTask } from './task.js';

/** A whole net as `net.run` runs it: in submits of at most a quarter of a second, waiting for the last. */
export async function netLaunch(
  engine: Engine,
  { graph, weights, shape, x: data }: NetTask,
  { memory = 'fast', elem = 'f32' }: Pick<CompileOptions, 'memory' | 'elem'> = {},
): Promise<Launch> {
  const net = await engine.compile(graph, { weights, memory, elem });
  const x = upload(engine, data, shape, elem);
  const outputs: Record<string, Tensor> = {};
  const free = () => {
    for (const t of [x, ...Object.values(outputs)]) t.buffer.destroy();
    net.dispose();
  };
  try {
    const plan = net.plan(shape);
    for (const [name, y] of plan.outputs) outputs[name] = empty(engine, y.shape, elem);
    await net.prepare(shape);
    return {
      variant: `${plan.dispatches} dispatches${memory === 'low' ? ', direct' : ''}`,
      async run() {
        await net.run(x, { outputs });
      },
      finish: async () => {},
      read: () => Promise.all(Object.values(outputs).map((y) => download(engine, y))),
      async gpu() {
        const { layers, resolutionMs } = await net.run(x, { outputs, profile: true });
        return { gpuMs: together(layers, resolutionMs), ...(layers.length > 0 && { layers }) };
      },
      free,
    };
  } catch (error) {
    free();
    throw error;
  }
}

/** The same on a device of its own, so that its first result takes what a cold start takes. */
export async function coldLaunch(gpu: GPU, task: NetTask, elem: Elem): Promise<Launch> {
  const coldFrom = performance.now();
  const engine = await createEngine({ gpu });
  try {
    const launch = await netLaunch(engine, task, { elem });
    const free = () => {
      launch.free();
      engine.dispose();
    };
    return { ...launch, coldFrom, free };
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/** One step of SGD with momentum. What it reads is the loss of the first step, and the parameters that it changed. */
export async function stepLaunch(
  engine: Engine,
  { graph, weights, shape, x, labels }: NetTask,
): Promise<Launch> {
  const trainer = await createTrainer(engine, graph, {
    weights,
    heads: [{ output: 'score', ignore: IGNORE, normalization: 'VALID' }],
    solver: { baseLr: RATE, momentum: 0.9 },
  });
  const label = { shape: { ...shape, c: 1 }, data: labels };
  const batch = { data: { shape, data: x }, label };
  let first: Promise<number> | undefined;
  return {
    variant: 'SGD with momentum',
    async run() {
      const { loss } = await trainer.step(batch);
      first ??= loss;
    },
    finish: () => engine.alive(engine.device.queue.onSubmittedWorkDone()),
    async read() {
      const now = await trainer.weights();
      return [[await first!], ...learned(graph).map((name) => now.get(name)!.data)];
    },
    free: () => trainer.dispose(),
  };
}
