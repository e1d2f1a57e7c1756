import type { Elem, ElemType } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { empty, type Tensor, upload } from '../engine/tensor.js';
import { checkTuning, isOfAdapter, type Tuning } from '../lower/tuning.js';
import type { Shape } from '../shape.js';
import { type Block, type LayerWeights, layoutWeights, type WeightsOptions } from './block.js';
import type { Graph } from './builder.js';
import { endsOf, isTensor, shapesOf } from './ends.js';
import { type FusedGraph, fuse, type Layer } from './fuse.js';
import { uploadWeights } from './load.js';
import type { CompileOptions, NetInput, RunOptions, RunResult } from './net_options.js';
import { Pace } from './pace.js';
import {
  checkMemory,
  type InputShapes,
  isShape,
  namedInputs,
  type Plan,
  type PlanOptions,
  planFused,
} from './plan.js';
import { passes } from './profile.js';
import { Program } from './program.js';
import { Programs, programKey } from './programs.js';
import { submitAll } from './submit.js';
import { type TuneOptions, tune } from './tune/tune.js';

/** A graph with its weights on a device. */
export class Net {
  readonly engine: Engine;
  readonly graph: Graph;
  /** By the features and limits of the present device. */
  #fused!: FusedGraph;
  #layout!: Map<Layer, LayerWeights>;
  readonly #options: CompileOptions;
  readonly #weights = new Map<Block, GPUBuffer>();
  readonly #programs = new Programs();
  #pace!: Pace;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(engine: Engine, graph: Graph, options: CompileOptions) {
    this.engine = engine;
    this.graph = graph;
    this.#options = options;
  }

  /** Uploads the weights; see `Engine.compile`. */
  static async compile(engine: Engine, graph: Graph, options: CompileOptions): Promise<Net> {
    if (options.tuning) checkTuning(options.tuning, engine.adapter);
    const net = new Net(engine, graph, options);
    try {
      await net.restore();
    } catch (error) {
      net.dispose();
      throw error;
    }
    engine.attach(net);
    return net;
  }

  /** Storage type of maps and filters. */
  get elem(): Elem {
    return this.#options.elem ?? 'f32';
  }

  /** @internal Uploads everything to the engine's present device. */
  async restore(): Promise<void> {
    this.#drop();
    const { weights, signal, onProgress } = this.#options;
    this.#pace = new Pace(this.engine.adapter.software);
    this.#fused = fuse(this.graph, this.planOptions);
    this.#layout = layoutWeights(this.#fused.layers, this.planOptions);
    await uploadWeights(this.engine, this.#layout, {
      weights,
      elem: this.elem,
      made: (block, buffer) => this.#weights.set(block, buffer),
      onLayer: (layer, done, total) => onProgress?.({ stage: 'weights', done, total, layer }),
      signal,
    });
  }

  /** A dry run for inputs of these sizes. */
  plan(inputs: InputShapes): Plan {
    return this.#plan(namedInputs(this.graph, inputs, isShape), this.#maxFlops);
  }

  /** Bytes on the device now. */
  get memory(): { weights: number; maps: number } {
    let weights = 0;
    for (const buffer of this.#weights.values()) weights += buffer.size;
    return { weights, maps: this.#programs.bytes };
  }

  /** What `plan` and `planTiles` need, to plan as this net does. */
  get planOptions(): PlanOptions & WeightsOptions {
    const { limits, features, adapter, speed } = this.engine;
    const { memory = 'fast', tuning } = this.#options;
    const times = tuning && isOfAdapter(tuning, adapter) ? { times: tuning.layers } : {};
    return { limits, features, elem: this.elem, memory, speed: { ...speed, ...times } };
  }

  /** Frees the buffers of every size that is ready, once what runs is done; the weights stay. */
  async freeMaps(): Promise<void> {
    await this.#inTurn(async () => this.#programs.clear());
  }

  /**
   * Makes a size ready for `run`, or for `encode`: allocates, and compiles every pipeline at once without a
   * stall.
   */
  async prepare(inputs: InputShapes, o: { encode?: boolean } = {}): Promise<void> {
    const maxFlops = o.encode ? Number.POSITIVE_INFINITY : this.#maxFlops;
    await this.#inTurn(() => this.#program(namedInputs(this.graph, inputs, isShape), maxFlops));
  }

  /**
   * Runs the net. Work is submitted in pieces of at most `maxSubmitMs`, two in flight, and outputs stay on
   * the GPU. Runs of one net follow one another.
   */
  run(input: NetInput | Readonly<Record<string, NetInput>>, o: RunOptions = {}): Promise<RunResult> {
    return this.#inTurn(() => this.#run(namedInputs(this.graph, input, isTensor), o));
  }

  /**
   * Records the whole net into an encoder of the host's, uncut. Call the function it returns once the
   * host has submitted the encoder: it frees what the recording needed.
   */
  encode(
    encoder: GPUCommandEncoder,
    input: Tensor | Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor<ElemType>>>,
  ): () => void {
    this.engine.check();
    const inputs = namedInputs(this.graph, input, isTensor) as Record<string, Tensor>;
    const program = this.#programNow(shapesOf(inputs), Number.POSITIVE_INFINITY);
    const { launches, params } = program.bind(endsOf(program.plan, inputs, outputs));
    passes(encoder, launches, null);
    return () => params?.destroy();
  }

  /**
   * Times the algorithms among which the net's convolutions may choose, in short submits, each checked against the direct
   * kernel first. The record is for `tuning` of `CompileOptions`, here or wherever the adapter is the same.
   */
  tune(o: TuneOptions = {}): Promise<Tuning> {
    const { engine, graph, planOptions: where } = this;
    const { latest } = this.#programs;
    const { layers } = this.#fused;
    return tune(
      { engine, graph, layers, where, latest, pace: this.#pace, maxSubmitMs: this.#maxSubmitMs },
      o,
    );
  }

  /** Frees the net's weights and buffers. */
  dispose(): void {
    this.#drop();
    this.engine.detach(this);
  }

  /** One after another: work on programs must not drop one that runs. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  get #maxSubmitMs(): number {
    return this.#options.maxSubmitMs ?? 250;
  }

  /** FLOPs of a dispatch that takes as long as a submit may. */
  get #maxFlops(): number {
    return this.#pace.flopsIn(this.#maxSubmitMs);
  }

  #drop(): void {
    this.#programs.clear();
    for (const buffer of this.#weights.values()) buffer.destroy();
    this.#weights.clear();
  }

  #plan(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Plan {
    const options = { ...this.planOptions, maxFlops };
    const made = planFused(this.graph, this.#fused, this.#layout, sizes, options);
    checkMemory(made, this.#options.maxBytes ?? Number.POSITIVE_INFINITY);
    return made;
  }

  /** A program at once; `prepare` has made it, or its pipelines compile when it first runs. */
  #programNow(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Program {
    const key = programKey(sizes, maxFlops);
    const make = () => new Program(this.engine, this.#plan(sizes, maxFlops), this.#weights);
    return this.#programs.ready(key, maxFlops) ?? this.#programs.keep(key, maxFlops, make());
  }

  /** A program whose pipelines have compiled, all at once and without a stall. */
  async #program(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Promise<Program> {
    const { engine } = this;
    const key = programKey(sizes, maxFlops);
    const ready = this.#programs.ready(key, maxFlops);
    if (ready) return ready;
    const plan = this.#plan(sizes, maxFlops);
    const dispatches = plan.steps.flatMap((s) => s.dispatches);
    const total = plan.pipelines;
    let done = 0;
    const compiling = new Set(dispatches.map((d) => engine.pipelines.compile(d)));
    const report = () => this.#options.onProgress?.({ stage: 'pipelines', done: ++done, total, layer: '' });
    await engine.alive(Promise.all([...compiling].map((pipeline) => pipeline.then(report))));
    return engine.scoped('allocation of maps', plan.bytes.maps, () =>
      this.#programs.keep(key, maxFlops, new Program(engine, plan, this.#weights)),
    );
  }

  async #run(inputs: Record<string, NetInput>, o: RunOptions): Promise<RunResult> {
    const { engine } = this;
    engine.check();
    o.signal?.throwIfAborted();
    const program = await this.#program(shapesOf(inputs), this.#maxFlops);
    o.signal?.throwIfAborted();

    const uploaded: Tensor[] = [];
    const tensors: Record<string, Tensor> = {};
    const outputs: Record<string, Tensor<ElemType>> = { ...o.outputs };
    const made: Tensor<ElemType>[] = [];
    try {
      await engine.scoped('inputs and outputs', program.plan.bytes.other, () => {
        for (const [name, value] of Object.entries(inputs)) {
          tensors[name] =
            'buffer' in value ? value : upload(engine, value.data, value.shape, this.elem, name);
          if (!('buffer' in value)) uploaded.push(tensors[name]!);
        }
        for (const [name, y] of program.plan.outputs) {
          if (outputs[name]) continue;
          outputs[name] = empty(engine, y.shape, y.elem, name);
          made.push(outputs[name]!);
        }
      });
      const { launches, params } = program.bind(endsOf(program.plan, tensors, outputs));
      try {
        const steps = program.plan.steps;
        const done = await submitAll(engine, steps, launches, this.#pace, {
          ...o,
          maxSubmitMs: this.#maxSubmitMs,
        });
        return { outputs, plan: program.plan, ...done };
      } finally {
        params?.destroy();
      }
    } catch (error) {
      for (const t of made) t.buffer.destroy();
      throw error;
    } finally {
      for (const t of uploaded) t.buffer.destroy();
    }
  }
}
