import type { CompileOptions, NetInput } from '../graph/net_options.js';
import type { Recompute } from '../graph/recompute.js';
import type { Dropout } from '../graph/trainable.js';
import type { Weights } from '../weights/weights.js';
import type { Rate, Solver } from './solver.js';
import type { Head } from './training_graph.js';

/** What learns, from what, and how. */
export interface TrainerOptions extends Omit<CompileOptions, 'elem'> {
  /** One or several; their losses are added. */
  readonly heads: readonly Head[];
  readonly solver: Solver;
  /** Multipliers of tensors, by name; biases at twice the rate and without decay where it names none. */
  readonly rates?: ReadonlyMap<string, Rate>;
  /** Layers, or tensors, that keep their values. */
  readonly frozen?: readonly string[];
  /** Layers whose maps are thinned out while the net learns. */
  readonly dropouts?: readonly Dropout[];
  /** Whether batch norms keep their stored statistics; else they take each batch's, and remember them. */
  readonly frozenNorms?: boolean;
  /** `blocks` takes less memory and more time, with the same bits; none by default. */
  readonly recompute?: Recompute | undefined;
  /** Of all random numbers: two runs with one seed draw the same. A whole number below 2^53. */
  readonly seed?: number;
  /** Where another trainer stopped. */
  readonly state?: TrainerState;
}

/** Maps by the names of the net's inputs and of the heads' labels. */
export type Batch = Readonly<Record<string, NetInput>>;

/** All that a trainer needs to go on as if it had not stopped. */
export interface TrainerState {
  /** Steps that were made. */
  readonly iteration: number;
  readonly seed: number;
  /** Every tensor of the net. */
  readonly weights: Weights;
  /** What momentum remembers, by the names of the tensors that learn. */
  readonly history: Weights;
}

/** One step. */
export interface StepResult {
  /** Counted from 0. */
  readonly iteration: number;
  /** The solver's rate in this step. */
  readonly rate: number;
  /** The losses of all heads added, the mean over the step's batches; it arrives after the step. */
  readonly loss: Promise<number>;
  /** Of each head, by its output. */
  readonly heads: Promise<Readonly<Record<string, number>>>;
}
