import { createEngine, type Engine } from '../../engine/engine.js';
import { empty, type Tensor, upload } from '../../engine/tensor.js';
import type { AdapterInfo } from '../../gpu/device.js';
import { NETS } from '../../nets/index.js';
import type { Pair, Shape } from '../../shape.js';
import { seededWeights } from '../../weights/seeded.js';
import type { Host } from '../host.js';
import type { SessionOptions } from '../session.js';

export interface ForwardTimesOptions extends SessionOptions {
  /** Of src/nets, each with one input. */
  readonly nets: readonly string[];
  /** Height and width of the image. */
  readonly size: Pair;
}

/** Of one net, with seeded weights. */
export interface ForwardTime {
  readonly net: string;
  /** Median over `runs`, from the first submit to the last completion. */
  readonly ms: number;
  readonly runs: number;
  readonly gflop: number;
  readonly peakBytes: number;
}

export interface ForwardTimesReport {
  readonly adapter: AdapterInfo;
  readonly size: Pair;
  readonly times: readonly ForwardTime[];
}

const SEED = 1;
/** Runs after the first, which warms up; fewer where they take longer than so many milliseconds together. */
const RUNS = 5;
const ENOUGH = 10_000;

/** Times the forward pass of nets, one after another. */
export async function forwardTimes(host: Host, o: ForwardTimesOptions): Promise<ForwardTimesReport> {
  const engine = await createEngine({ gpu: host.gpu, limits: o.limits ?? 'adapter' });
  try {
    const times: ForwardTime[] = [];
    for (const net of o.nets) times.push(await timed(host, engine, net, o));
    return { adapter: engine.adapter, size: o.size, times };
  } finally {
    engine.dispose();
  }
}

async function timed(
  host: Host,
  engine: Engine,
  name: string,
  { size: [h, w], memory = 'fast' }: ForwardTimesOptions,
): Promise<ForwardTime> {
  const { signal } = host;
  host.progress({ text: `${name}: making seeded weights` });
  const graph = NETS[name]!();
  const net = await engine.compile(graph, { weights: seededWeights(graph, SEED), signal, memory });
  const shape: Shape = { n: 1, c: graph.inputs[0]!.channels, h, w };
  const x = upload(engine, wave(shape), shape);
  const plan = net.plan(shape);
  const outputs: Record<string, Tensor> = {};
  for (const [output, y] of plan.outputs) outputs[output] = empty(engine, y.shape);
  try {
    await net.prepare(shape);
    const run = async (what: string) => {
      const onProgress = ({ done, layer }: { done: number; layer: string }) =>
        host.progress({ text: `${name}, ${what}: ${layer}`, done: Math.round(100 * done), total: 100 });
      return (await net.run(x, { signal, outputs, onProgress })).ms;
    };
    await run('warming up');
    const ms: number[] = [];
    let spent = 0;
    while (ms.length < RUNS && spent < ENOUGH) {
      ms.push(await run(`run ${ms.length + 1}`));
      spent += ms.at(-1)!;
    }
    ms.sort((a, b) => a - b);
    return {
      net: name,
      ms: ms[ms.length >> 1]!,
      runs: ms.length,
      gflop: plan.flops / 1e9,
      peakBytes: plan.bytes.peak,
    };
  } finally {
    for (const t of [x, ...Object.values(outputs)]) t.buffer.destroy();
    net.dispose();
  }
}

/** Planar numbers as large as those of a picture without its mean. */
const wave = ({ c, h, w }: Shape): Float32Array =>
  Float32Array.from({ length: c * h * w }, (_, i) => 100 * Math.sin(i));
