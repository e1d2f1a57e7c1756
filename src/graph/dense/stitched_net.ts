import type { Engine } from '../../engine/engine.js';
import { splitPhases, stitch } from '../../engine/operators/stitch.js';
import { empty, free, type Tensor, upload } from '../../engine/tensor.js';
import { type Shape, tensorBytes } from '../../shape.js';
import { Net } from '../net.js';
import type { CompileOptions, HostTensor, NetInput } from '../net_options.js';
import { type InputShapes, namedInputs } from '../plan.js';
import { batchShapes, type Pass, readLater, type Stage } from './schedule.js';
import type { ShiftAndStitch, StitchedPlan } from './shift_and_stitch.js';

/** How to run a net by shifts once. */
export interface StitchedRunOptions {
  readonly signal?: AbortSignal;
  /** Called after each pass. */
  readonly onProgress?: (p: { readonly done: number; readonly total: number }) => void;
}

/** What a run made, and what it took. */
export interface StitchedResult {
  /** By output name, on the GPU and the caller's to free. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Wall time of all passes, with splitting and stitching. */
  readonly ms: number;
}

const isInput = (value: unknown): value is NetInput =>
  typeof (value as HostTensor).shape === 'object' && 'n' in (value as HostTensor).shape;

/** A coarse net on a device, with what runs it on every shift. Weights are there once. */
export class StitchedNet {
  readonly engine: Engine;
  readonly #shifts: ShiftAndStitch;
  readonly #nets: readonly Net[];
  readonly #options: CompileOptions;

  private constructor(engine: Engine, shifts: ShiftAndStitch, nets: readonly Net[], options: CompileOptions) {
    this.engine = engine;
    this.#shifts = shifts;
    this.#nets = nets;
    this.#options = options;
  }

  /** Uploads the weights; see `Engine.compile`. */
  static async compile(
    engine: Engine,
    shifts: ShiftAndStitch,
    options: CompileOptions,
  ): Promise<StitchedNet> {
    const nets: Net[] = [];
    try {
      for (const graph of shifts.parts()) nets.push(await Net.compile(engine, graph, options));
    } catch (error) {
      for (const net of nets) net.dispose();
      throw error;
    }
    return new StitchedNet(engine, shifts, nets, options);
  }

  /** A dry run for inputs of these sizes. */
  plan(inputs: InputShapes): StitchedPlan {
    return this.#shifts.plan(inputs, this.#nets[0]!.planOptions);
  }

  /** Runs every shift and stitches the outputs. */
  async run(
    input: NetInput | Readonly<Record<string, NetInput>>,
    o: StitchedRunOptions = {},
  ): Promise<StitchedResult> {
    const { engine } = this;
    const { elem = 'f32' } = this.#options;
    const given = namedInputs(this.#shifts.graph, input, isInput);
    const shapes = Object.fromEntries(Object.entries(given).map(([name, t]) => [name, t.shape]));
    const stages = this.#shifts.stages(shapes);
    for (const [k, stage] of stages.entries())
      for (const pass of stage.passes) await this.#nets[k]!.prepare(batchShapes(stage, pass));

    const owned = new Set<Tensor>();
    const scoped = async (name: string, shape: Shape, make: () => Tensor): Promise<Tensor> => {
      const t = await engine.scoped(name, tensorBytes(shape, elem), make, free);
      owned.add(t);
      return t;
    };
    try {
      const maps = new Map<string, Tensor>();
      for (const [name, t] of Object.entries(given))
        maps.set(
          name,
          'buffer' in t ? t : await scoped(name, t.shape, () => upload(engine, t.data, t.shape, elem, name)),
        );
      const outputs = [...this.#shifts.graph.outputs];
      const kept = new Set(outputs.map(([, node]) => node.name));
      const total = stages.reduce((sum, { passes }) => sum + passes.length, 0);
      let done = 0;
      const start = performance.now();
      for (const [k, stage] of stages.entries()) {
        for (const [name, shape] of Object.entries(stage.writes))
          maps.set(name, await scoped(name, shape, () => empty(engine, shape, elem, name)));
        for (const pass of stage.passes) {
          await this.#pass(this.#nets[k]!, stage, pass, maps, o.signal);
          o.onProgress?.({ done: ++done, total });
        }
        const later = readLater(stages, k);
        for (const [name, map] of maps) {
          if (later.has(name) || kept.has(name) || !owned.delete(map)) continue;
          free(map);
          maps.delete(name);
        }
      }
      await engine.alive(engine.device.queue.onSubmittedWorkDone());
      const ms = performance.now() - start;
      for (const [, node] of outputs) owned.delete(maps.get(node.name)!);
      return { outputs: Object.fromEntries(outputs.map(([name, node]) => [name, maps.get(node.name)!])), ms };
    } finally {
      free(...owned);
    }
  }

  /** Frees the nets. */
  dispose(): void {
    for (const net of this.#nets) net.dispose();
  }

  async #pass(net: Net, stage: Stage, pass: Pass, maps: ReadonlyMap<string, Tensor>, signal?: AbortSignal) {
    const { engine } = this;
    const inputs: Record<string, Tensor> = {};
    const made: Tensor[] = [];
    try {
      await engine.scoped('split', 0, () => {
        for (const name of Object.keys(stage.reads)) {
          const size = pass.sizes[name]!;
          inputs[name] = splitPhases(engine, maps.get(name)!, { ...pass.read, size });
          made.push(inputs[name]);
        }
      });
      const { outputs } = await net.run(inputs, signal ? { signal } : {});
      made.push(...(Object.values(outputs) as Tensor[]));
      await engine.scoped('stitch', 0, () => {
        for (const [name, node] of stage.graph.outputs)
          stitch(engine, outputs[name] as Tensor, pass.write, maps.get(node.name)!);
      });
    } finally {
      free(...made);
    }
  }
}
