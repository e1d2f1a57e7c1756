// What a run of training is asked for, and what it says and leaves.
import type { AdapterInfo } from '../gpu/device.js';
import type { Scores } from '../metrics/scores.js';
import type { Fusion } from '../nets/heads.js';
import type { Balance } from '../train/balance.js';
import type { Augmentation } from '../train/example.js';
import type { FitStep } from '../train/fit.js';
import type { Order } from '../train/order.js';
import type { Recipe } from '../train/recipes.js';
import type { StageName } from '../train/stages.js';
import type { ScoreStart, Start } from '../train/start.js';
import type { Progress } from './protocol.js';

/** One net of a run, in the order in which they are trained. */
export interface TrainStage {
  /** Of the files that it leaves: `32s`, or the net's name where there are no stages. */
  readonly name: string;
  readonly net: string;
  readonly stage: StageName | null;
  readonly recipe: Recipe;
}

export interface TrainOptions {
  readonly stages: readonly TrainStage[];
  readonly data: string;
  readonly split: string;
  readonly testSplit: string;
  /** Samples of the test split that are tested; all without. */
  readonly testCount?: number;
  readonly width?: number;
  readonly pad?: number;
  readonly scores: ScoreStart;
  /** How skips fuse; by their sum without. */
  readonly fusion?: Fusion;
  readonly batch: number;
  readonly order: Order;
  readonly augmentation: Augmentation;
  readonly keep: number;
  /** Of the classes of each head. */
  readonly balance: Balance;
  /** A factor of the loss for each class, instead of a balance; of a data set of one head. */
  readonly classWeights?: readonly number[];
  /** Patterns of names of layers that keep their numbers, beside those that the stage keeps. */
  readonly freeze?: readonly string[];
  /** Whether batch norms keep their stored statistics. */
  readonly frozenNorms?: boolean;
  readonly seed: number;
  readonly testEvery: number;
  readonly checkpointEvery: number;
  /** Files, by the names that the command gave them. */
  readonly weights: readonly string[];
  readonly checkpoint?: string;
  /** What the checkpoint must have been made with. */
  readonly settings: string;
  readonly licence?: string;
  /** Whether maps are computed again, to save memory. */
  readonly recompute: boolean;
}

/** What a run says while it works; also what its report is made of. */
export type TrainEvent =
  | Progress
  | {
      readonly kind: 'begin';
      readonly stage: string;
      /** Null where the net goes on from a checkpoint. */
      readonly start: Start['report'] | null;
      readonly parameters: number;
    }
  | { readonly kind: 'step'; readonly stage: string; readonly step: FitStep }
  | {
      readonly kind: 'test';
      readonly stage: string;
      readonly iteration: number;
      readonly heads: readonly HeadScores[];
    }
  | { readonly kind: 'end'; readonly stage: string; readonly report: StageReport };

export interface HeadScores {
  /** `''` where there is one. */
  readonly suffix: string;
  readonly scores: Scores;
}

/** A net that is trained. */
export interface StageReport {
  readonly name: string;
  readonly net: string;
  readonly parameters: number;
  readonly iterations: number;
  /** Of this session alone, where the run was resumed. */
  readonly seconds: number;
  readonly heads: readonly HeadScores[];
  readonly file: string;
}

export interface TrainReport {
  readonly adapter: AdapterInfo;
}

export const CHECKPOINT = 'checkpoint.safetensors';

/** The name of a stage's model. */
export const modelName = (stage: string): string => `${stage}.safetensors`;
