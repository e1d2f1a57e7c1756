import type { Elem, ElemType } from '../dispatch.js';
import type { Tensor } from '../engine/tensor.js';
import type { Tuning } from '../lower/tuning.js';
import type { Shape } from '../shape.js';
import type { Weights } from '../weights/weights.js';
import type { Plan } from './plan.js';
import type { LayerTime, RunProgress } from './submit.js';

/** A net's weights, and what it may spend. */
export interface CompileOptions {
  /** The net's numbers, kept by reference: `restore` uploads them again after a device loss. */
  readonly weights: Weights;
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: CompileProgress) => void;
  /** low spends no memory on transformed filters and scratch, and packs maps more densely; fast is the default. */
  readonly memory?: 'fast' | 'low';
  /**
   * What `Net.tune` measured on this adapter; a cost model chooses algorithms without. A `TuningError` where it is of
   * another one; `restore` on another adapter goes on without it.
   */
  readonly tuning?: Tuning;
  /**
   * Most bytes that weights, maps, inputs and outputs may take together. Sizes that are ready from earlier runs count, and
   * go before a LimitError says that it is too much.
   */
  readonly maxBytes?: number;
  /** Most milliseconds of GPU work in one submit; Infinity never cuts a run. */
  readonly maxSubmitMs?: number;
  /** Storage type of maps and filters; sums are f32 in any case. */
  readonly elem?: Elem;
}

/** What `compile` and `prepare` have done: weights uploaded, pipelines compiled. */
export interface CompileProgress {
  readonly stage: 'weights' | 'pipelines';
  readonly done: number;
  readonly total: number;
  readonly layer: string;
}

/** Planar [n, c, h, w] numbers of the host's. */
export interface HostTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A tensor on the GPU, or numbers to upload. */
export type NetInput = Tensor | HostTensor;

/** How to run a net once. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: RunProgress) => void;
  /** Tensors to write, by output name; new ones are made for the rest and are the caller's to free. */
  readonly outputs?: Readonly<Record<string, Tensor<ElemType>>>;
  /** Measure each layer. */
  readonly profile?: boolean;
}

/** What a run made, and what it took. */
export interface RunResult {
  /** By output name, on the GPU; `download` reads them. */
  readonly outputs: Readonly<Record<string, Tensor<ElemType>>>;
  /** What was run. */
  readonly plan: Plan;
  /** Wall time from the first submit to the last completion. */
  readonly ms: number;
  /** Command buffers submitted. */
  readonly submits: number;
  /** With `profile`, in the order of the plan. */
  readonly layers: readonly LayerTime[];
  /**
   * With `profile`, the step of the device's timestamps: browsers round them, often to 0.065 ms, and a
   * layer of less than some steps is not measured by one run. Null without timestamps.
   */
  readonly resolutionMs: number | null;
}
