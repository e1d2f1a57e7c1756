import type { Elem, ElemType } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { empty, type Tensor, upload } from '../engine/tensor.js';
import { DisposedError, OutOfMemoryError } from '../errors.js';
import { pipelineSpecs } from '../gpu/pipelines.js';
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
import { type Held, Programs, programKey } from './programs.js';
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
  readonly #programs: Programs;
  #pace!: Pace;
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(engine: Engine, graph: Graph, options: CompileOptions) {
    this.engine = engine;
    this.graph = graph;
    this.#options = options;
    this.#programs = new Programs(this.#maxBytes);
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

  /** Bytes on the device now: of weights, and of the maps, and the tables and params, of sizes that are ready or held. */
  get memory(): { weights: number; maps: number; other: number } {
    let weights = 0;
    for (const buffer of this.#weights.values()) weights += buffer.size;
    const { maps, bytes } = this.#programs;
    return { weights, maps, other: bytes - maps };
  }

  /** What `plan` and `planTiles` need, to plan as this net does. */
  get planOptions(): PlanOptions & WeightsOptions {
    const { limits, features, adapter, speed } = this.engine;
    const { memory = 'fast', tuning } = this.#options;
    const times = tuning && isOfAdapter(tuning, adapter) ? { times: tuning.layers } : {};
    return { limits, features, elem: this.elem, memory, speed: { ...speed, ...times } };
  }

  /**
   * Frees the buffers of every size that is ready, once what runs is done, and those of a recording with its release; the
   * weights stay.
   */
  async freeMaps(): Promise<void> {
    await this.#inTurn(async () => this.#programs.clear());
  }

  /**
   * Makes a size ready for `run`, or for `encode`: allocates, and compiles every pipeline at once without a
   * stall.
   * @throws OutOfMemoryError, LimitError and what else stands in the way
   */
  async prepare(inputs: InputShapes, o: { encode?: boolean } = {}): Promise<void> {
    const maxFlops = o.encode ? Number.POSITIVE_INFINITY : this.#maxFlops;
    const program = () => this.#program(namedInputs(this.graph, inputs, isShape), maxFlops);
    await this.#inTurn(async () => (await program()).release());
  }

  /**
   * Runs the net. Work is submitted in pieces of at most `maxSubmitMs`, two in flight, and outputs stay on
   * the GPU. Runs of one net follow one another. It resolves when the GPU is done and every command was found right; to
   * enqueue the net and go on without a wait, take `encode`.
   */
  run(input: NetInput | Readonly<Record<string, NetInput>>, o: RunOptions = {}): Promise<RunResult> {
    return this.#inTurn(() => this.#run(namedInputs(this.graph, input, isTensor), o));
  }

  /**
   * Records the whole net into an encoder of the host's, uncut and without any wait: what the host records or submits next
   * may read the outputs. Call the function it returns once the host has submitted the encoder; until then the
   * buffers of the recording stay, whatever runs, is recorded or is freed by `freeMaps` meanwhile. Recordings of one size
   * share them, as the queue runs one after another. `dispose` frees them at once.
   *
   * What the device refuses goes to an error scope of the host's around the call, or else to its `uncapturederror`;
   * `engine.scoped` makes a rejection of it. After `prepare` with `encode` no map is allocated and no kernel compiled here.
   */
  encode(
    encoder: GPUCommandEncoder,
    input: Tensor | Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Tensor<ElemType>>>,
  ): () => void {
    this.#check();
    const inputs = namedInputs(this.graph, input, isTensor) as Record<string, Tensor>;
    const { program, release } = this.#programNow(shapesOf(inputs), Number.POSITIVE_INFINITY);
    try {
      const { launches, params } = program.bind(endsOf(program.plan, inputs, outputs));
      passes(encoder, launches, null);
      return () => {
        params?.destroy();
        release();
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Times the algorithms among which the net's convolutions may choose, in short submits, each checked against the direct
   * kernel first. The record is for `tuning` of `CompileOptions`, here or wherever the adapter is the same.
   */
  async tune(o: TuneOptions = {}): Promise<Tuning> {
    this.#check();
    const { engine, graph, planOptions: where } = this;
    const { latest } = this.#programs;
    const { layers } = this.#fused;
    return tune(
      { engine, graph, layers, where, latest, pace: this.#pace, maxSubmitMs: this.#maxSubmitMs },
      o,
    );
  }

  /** Frees the net's weights and buffers, also those of recordings that are not submitted. Later calls are a DisposedError. */
  dispose(): void {
    this.#disposed = true;
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

  get #maxBytes(): number {
    return this.#options.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  /** FLOPs of a dispatch that takes as long as a submit may. */
  get #maxFlops(): number {
    return this.#pace.flopsIn(this.#maxSubmitMs);
  }

  #check(): void {
    this.engine.check();
    if (this.#disposed) throw new DisposedError(`net ${this.graph.name}`);
  }

  #drop(): void {
    this.#programs.dispose();
    for (const buffer of this.#weights.values()) buffer.destroy();
    this.#weights.clear();
  }

  #plan(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Plan {
    const options = { ...this.planOptions, maxFlops };
    const made = planFused(this.graph, this.#fused, this.#layout, sizes, options);
    checkMemory(made, this.#maxBytes);
    return made;
  }

  #make(plan: Plan): Held {
    this.#programs.makeRoom(plan);
    return this.#programs.hold(new Program(this.engine, plan, this.#weights));
  }

  /** A program at once; `prepare` has made it, or its pipelines compile when it first runs. */
  #programNow(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Held {
    const key = programKey(sizes, maxFlops);
    const make = () => this.#make(this.#plan(sizes, maxFlops));
    return this.#programs.ready(key, maxFlops) ?? this.#programs.keep(key, maxFlops, make());
  }

  /** A program whose pipelines have compiled, all at once and without a stall. */
  async #program(sizes: Readonly<Record<string, Shape>>, maxFlops: number): Promise<Held> {
    this.#check();
    const { engine } = this;
    const key = programKey(sizes, maxFlops);
    const ready = this.#programs.ready(key, maxFlops);
    if (ready) return ready;
    const plan = this.#plan(sizes, maxFlops);
    const dispatches = plan.steps.flatMap((s) => s.dispatches);
    const total = plan.pipelines;
    let done = 0;
    const compiling = pipelineSpecs(dispatches).map((spec) => engine.pipelines.compile(spec));
    const report = () => this.#options.onProgress?.({ stage: 'pipelines', done: ++done, total, layer: '' });
    await engine.alive(Promise.all(compiling.map((pipeline) => pipeline.then(report))));
    this.#check();
    const make = () => this.#make(plan);
    const allocate = () =>
      engine.scoped('allocation of maps', plan.bytes.maps, make, (held) => held.release());
    const made = await allocate().catch((error) => {
      // What stays ready for other sizes may be what is in the way.
      if (!(error instanceof OutOfMemoryError) || !this.#programs.clear()) throw error;
      return allocate();
    });
    return this.#programs.keep(key, maxFlops, made);
  }

  async #run(inputs: Record<string, NetInput>, o: RunOptions): Promise<RunResult> {
    const { engine } = this;
    o.signal?.throwIfAborted();
    const { program, release } = await this.#program(shapesOf(inputs), this.#maxFlops);

    const temporary: GPUBuffer[] = [];
    const tensors: Record<string, Tensor> = {};
    const outputs: Record<string, Tensor<ElemType>> = { ...o.outputs };
    const made: Tensor<ElemType>[] = [];
    try {
      o.signal?.throwIfAborted();
      const launches = await engine.scoped('inputs and outputs', program.plan.bytes.other, () => {
        for (const [name, value] of Object.entries(inputs)) {
          tensors[name] =
            'buffer' in value ? value : upload(engine, value.data, value.shape, this.elem, name);
          if (!('buffer' in value)) temporary.push(tensors[name]!.buffer);
        }
        for (const [name, y] of program.plan.outputs) {
          if (outputs[name]) continue;
          outputs[name] = empty(engine, y.shape, y.elem, name);
          made.push(outputs[name]!);
        }
        const bound = program.bind(endsOf(program.plan, tensors, outputs));
        if (bound.params) temporary.push(bound.params);
        return bound.launches;
      });
      const steps = program.plan.steps;
      const done = await submitAll(engine, steps, launches, this.#pace, {
        ...o,
        maxSubmitMs: this.#maxSubmitMs,
      });
      return { outputs, plan: program.plan, ...done };
    } catch (error) {
      for (const t of made) t.buffer.destroy();
      throw error;
    } finally {
      for (const buffer of temporary) buffer.destroy();
      release();
    }
  }
}
