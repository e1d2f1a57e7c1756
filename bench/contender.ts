import type { Case } from '../test/cases/case.js';

export const ENGINES = ['rarefy', 'ort-webgpu', 'tfjs-webgpu'] as const;
export type EngineName = (typeof ENGINES)[number];

export type Inputs = Readonly<Record<string, Float32Array>>;

/** One case on one engine, with all that it reads on the GPU. */
export interface Launch {
  /** Which of its ways the engine takes. */
  readonly variant: string;
  /** Starts or enqueues the operator once, without waiting for the GPU. */
  run(): void | Promise<void>;
  /** Submits what was enqueued; resolves when the GPU has done all of it. */
  finish(): Promise<void>;
  /** Planar outputs of the last run. */
  read(): Promise<ArrayLike<number>[]>;
  free(): void;
}

/** An engine that takes part. */
export interface Contender {
  readonly name: EngineName;
  /** Rejects with an `Unsupported`, or the engine's own error, where it cannot do the case. */
  prepare(c: Case, inputs: Inputs): Promise<Launch>;
}

/** Why an engine cannot do a case. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
