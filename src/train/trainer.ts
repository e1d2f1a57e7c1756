import type { Engine } from '../engine/engine.js';
import { type Recording, recorded } from '../engine/recording.js';
import { download, empty, free, type Tensor, upload } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { tensorData } from '../graph/load.js';
import { Net } from '../graph/net.js';
import type { RunOptions, RunResult } from '../graph/net_options.js';
import { layerOf, parameters } from '../graph/parameters.js';
import type { Plan } from '../graph/plan.js';
import { COUNTER } from '../graph/trainable.js';
import type { Shape } from '../shape.js';
import type { Weights } from '../weights/weights.js';
import { ForwardNet } from './forward.js';
import { type HeadSums, headLoss } from './loss.js';
import { RunningStatistics } from './norms.js';
import { defaultRate, learningRate, type Rate, type SolverSettings, solverSettings } from './solver.js';
import type { Batch, StepResult, TrainerOptions, TrainerState } from './trainer_options.js';
import { lossOutput, type TrainingGraph, trainingGraph } from './training_graph.js';
import { addGradient, type Learner, update } from './update.js';

/**
 * Makes a net learn. Weights, gradients and history stay on the GPU.
 * @throws ShapeError, UnsupportedError for settings that cannot be, WeightsError for weights that do not fit
 */
export const createTrainer = (engine: Engine, graph: Graph, o: TrainerOptions): Promise<Trainer> =>
  Trainer.create(engine, graph, o);

/** A net that learns. */
export class Trainer {
  readonly engine: Engine;
  /** The net itself, without losses. */
  readonly graph: Graph;
  readonly settings: SolverSettings;
  readonly #training: TrainingGraph;
  readonly #net: Net;
  readonly #forward: ForwardNet;
  readonly #seed: number;
  readonly #weights: Weights;
  /** Every tensor that is on the GPU, those that are frozen among them. */
  readonly #given = new Map<string, Tensor<'f32'>>();
  readonly #learners: Learner[] = [];
  readonly #counter: Tensor<'f32'>;
  readonly #norms: RunningStatistics;
  #iteration: number;
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(
    net: Net,
    graph: Graph,
    o: TrainerOptions,
    training: TrainingGraph,
    forward: ForwardNet,
  ) {
    const { engine } = net;
    this.engine = engine;
    this.graph = graph;
    this.settings = solverSettings(o.solver);
    this.#training = training;
    this.#net = net;
    this.#forward = forward;
    this.#seed = o.state?.seed ?? o.seed ?? 0;
    this.#weights = o.state?.weights ?? o.weights;
    this.#iteration = o.state?.iteration ?? 0;
    this.#norms = new RunningStatistics(engine, training.norms, this.#weights);
    this.#counter = empty(engine, { n: 1, c: 4, h: 1, w: 1 }, 'f32', COUNTER);
  }

  /** See `createTrainer`. */
  static async create(engine: Engine, graph: Graph, o: TrainerOptions): Promise<Trainer> {
    solverSettings(o.solver);
    const frozen = new Set(o.frozen);
    const names = parameters(graph).map((p) => p.name);
    for (const name of frozen)
      if (!graph.has(name) && !names.includes(name))
        throw new ShapeError(
          `${graph.name}: nothing called '${name}' to freeze, should be a layer or a tensor`,
        );
    const rateOf = (name: string): Rate => o.rates?.get(name) ?? defaultRate(name);
    const learns = (name: string) => rateOf(name).lr !== 0 && !frozen.has(name) && !frozen.has(layerOf(name));
    const training = trainingGraph(graph, { ...o, learns });
    const weights = o.state?.weights ?? o.weights;
    const net = await Net.compile(engine, training.graph, { ...o, weights });
    const forward = new ForwardNet(engine, graph, { ...o, learns, weights });
    const trainer = new Trainer(net, graph, o, training, forward);
    try {
      await trainer.#upload(o, rateOf);
    } catch (error) {
      trainer.dispose();
      throw error;
    }
    return trainer;
  }

  async #upload({ state }: TrainerOptions, rateOf: (name: string) => Rate): Promise<void> {
    const { engine } = this;
    for (const [name, { shape, parameter }] of this.#training.given) {
      const size = parameter.dims.reduce((a, b) => a * b, 1);
      const data = tensorData(this.#weights, name, size);
      const past = state?.history.has(name) ? tensorData(state.history, name, size) : null;
      await engine.scoped(name, 12 * size, () => {
        const value = upload(engine, data, shape, 'f32', name) as Tensor<'f32'>;
        this.#given.set(name, value);
        if (!this.#training.gradients.has(name)) return;
        const history = (
          past
            ? upload(engine, past, shape, 'f32', `${name} history`)
            : empty(engine, shape, 'f32', `${name} history`)
        ) as Tensor<'f32'>;
        const gradient = empty(engine, shape, 'f32', `${name} gradient`);
        this.#learners.push({ name, rate: rateOf(name), value, history, gradient });
      });
    }
  }

  /** Steps that were made. */
  get iteration(): number {
    return this.#iteration;
  }

  /** Bytes on the device now, of weights, gradients and history, of maps, and of tables and params. */
  get memory(): { weights: number; maps: number; other: number } {
    const { weights, ...beside } = this.#net.memory;
    const own = [...this.#given.values(), ...this.#learners.flatMap((l) => [l.history, l.gradient])];
    return { weights: own.reduce((sum, t) => sum + t.buffer.size, weights), ...beside };
  }

  /** A dry run of a batch of these sizes: what its losses and gradients take. */
  plan(sizes: Readonly<Record<string, Shape>>): Plan {
    const given = [...this.#given].map(([name, t]) => [name, t.shape]);
    const counter = this.#training.graph.has(COUNTER) && { [COUNTER]: this.#counter.shape };
    return this.#net.plan({ ...sizes, ...Object.fromEntries(given), ...counter });
  }

  /**
   * One step of the solver, over as many batches as its iter_size says. Resolves when the step's work is done or
   * on its way; the loss is read in the background. One that is aborted changes nothing.
   */
  async step(
    batches: Batch | readonly Batch[],
    o: Pick<RunOptions, 'signal' | 'onProgress'> = {},
  ): Promise<StepResult> {
    const all: readonly Batch[] = Array.isArray(batches) ? batches : [batches as Batch];
    const { iterSize } = this.settings;
    if (all.length !== iterSize)
      throw new ShapeError(`step: ${all.length} batches, should be ${iterSize} as iter_size says`);
    return this.#alone(async () => {
      const sums: Promise<HeadSums>[] = [];
      let later: Tensor<'f32'>[] = [];
      const rate = learningRate(this.settings, this.#iteration);
      try {
        if (iterSize > 1) later = await this.#emptyGradients();
        for (const [i, batch] of all.entries()) {
          sums.push((await this.#batch(batch, i, later, o)).read);
          if (i > 0)
            await this.#submit('gradients', (r) => {
              for (const [k, learner] of this.#learners.entries()) addGradient(r, learner, later[k]!);
            });
        }
        await this.#submit('update', (r) => update(r, this.#learners, this.settings, rate));
      } catch (error) {
        this.#norms.discard();
        throw error;
      } finally {
        free(...later);
      }
      this.#norms.commit();
      const heads = headLoss(this.#training, sums);
      const loss = heads.then((each) => Object.values(each).reduce((a, b) => a + b, 0));
      loss.catch(() => {});
      return { iteration: this.#iteration++, rate, loss, heads };
    });
  }

  /** Waits for the step that is under way: two of them at once would mix. */
  #alone<T>(body: () => Promise<T>): Promise<T> {
    const mine = this.#busy.then(body);
    this.#busy = mine.catch(() => {});
    return mine;
  }

  #submit(what: string, body: (r: Recording) => void): Promise<void> {
    return this.engine.scoped(what, 0, () => recorded(this.engine, body));
  }

  /** Where the batches of a step after its first write their gradients. */
  #emptyGradients(): Promise<Tensor<'f32'>[]> {
    const bytes = this.#learners.reduce((sum, { gradient }) => sum + gradient.buffer.size, 0);
    return this.engine.scoped(
      'gradients',
      bytes,
      () =>
        this.#learners.map(({ name, gradient: g }) => empty(this.engine, g.shape, 'f32', `${name} gradient`)),
      (made) => free(...made),
    );
  }

  /** Runs batch number i of a step; the first writes its gradients where those of the others are added to. */
  async #batch(
    batch: Batch,
    i: number,
    later: readonly Tensor<'f32'>[],
    o: Pick<RunOptions, 'signal' | 'onProgress'>,
  ): Promise<{ readonly read: Promise<HeadSums> }> {
    const { engine } = this;
    const draw = this.#iteration * this.settings.iterSize + i;
    const words = Uint32Array.of(this.#seed % 2 ** 32, Math.floor(this.#seed / 2 ** 32), draw, 0);
    engine.device.queue.writeBuffer(this.#counter.buffer, 0, words);
    const outputs: Record<string, Tensor> = {};
    for (const [k, { name, gradient }] of this.#learners.entries())
      outputs[this.#training.gradients.get(name)!] = i > 0 ? later[k]! : gradient;
    const inputs = {
      ...batch,
      ...Object.fromEntries(this.#given),
      ...(this.#training.graph.has(COUNTER) && { [COUNTER]: this.#counter }),
    };
    const done = await this.#net.run(inputs, { ...o, outputs });
    const totals = this.#training.heads.map((head) => {
      const { shape } = done.plan.inputs.get(head.label)!;
      return { head, shape, sums: done.outputs[lossOutput(head.output)] as Tensor };
    });
    // Reading begins now, before the buffers go, and ends later.
    const read = Promise.all(
      totals.map(async ({ head, shape, sums }) => {
        const bytes = await engine.readBuffer(sums.buffer, 0, 16);
        return { output: head.output, shape, sums: new Float32Array(bytes) };
      }),
    );
    read.catch(() => {});
    const kept = new Set<unknown>(Object.values(outputs));
    try {
      await this.#submit('running statistics', (r) => this.#norms.update(r, done));
    } finally {
      free(...Object.values(done.outputs).filter((t) => !kept.has(t)));
    }
    return { read };
  }

  /** Runs the net as it is now, up to the outputs that have losses; nothing is dropped. */
  run(inputs: Batch, o: Pick<RunOptions, 'signal'> = {}): Promise<RunResult> {
    return this.#forward.run({ ...inputs, ...Object.fromEntries(this.#given), ...this.#norms.tensors }, o);
  }

  /** Every tensor of the net as it is now, by the names and sizes of its weights. */
  async weights(): Promise<Weights> {
    const found: Weights = new Map();
    const statistics = await this.#norms.download();
    for (const { name, dims } of parameters(this.graph)) {
      const t = this.#given.get(name);
      const data = t
        ? await download(this.engine, t)
        : (statistics.get(name) ?? this.#weights.get(name)!.data);
      found.set(name, { dims, data });
    }
    return found;
  }

  async #read(of: 'history' | 'gradient'): Promise<Weights> {
    const found: Weights = new Map();
    for (const learner of this.#learners) {
      const { dims } = this.#training.given.get(learner.name)!.parameter;
      found.set(learner.name, { dims, data: await download(this.engine, learner[of]) });
    }
    return found;
  }

  /** A copy of all that `createTrainer` needs to go on from here, after the step that is under way. */
  state(): Promise<TrainerState> {
    return this.#alone(async () => {
      const history = await this.#read('history');
      return { iteration: this.#iteration, seed: this.#seed, weights: await this.weights(), history };
    });
  }

  /** The gradients of the last step, before clipping, scaling and decay. */
  gradients(): Promise<Weights> {
    return this.#read('gradient');
  }

  /** Frees everything that the trainer holds on the device. */
  dispose(): void {
    this.#net.dispose();
    this.#forward.dispose();
    this.#norms.dispose();
    free(this.#counter, ...this.#given.values(), ...this.#learners.flatMap((l) => [l.history, l.gradient]));
  }
}
