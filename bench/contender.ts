import type { LayerTime } from '../src/graph/submit.js';
import type { Task } from './task.js';

export const ENGINES = ['rarefy', 'ort-webgpu', 'tfjs-webgpu', 'ort-wasm-1', 'ort-wasm-2'] as const;
export type EngineName = (typeof ENGINES)[number];
/** The peers that compute on the same GPU. */
export const WEBGPU_PEERS: readonly EngineName[] = ['ort-webgpu', 'tfjs-webgpu'];

/** Where the files of the peers lie, as URLs that end in a slash: beside the page, or on the disk of a process. */
export type PeerFolders = Readonly<Record<'onnxruntime-web' | 'tfjs-core' | 'tfjs-backend-webgpu', string>>;

/** One task on one engine, with all that it reads in the engine's memory. */
export interface Launch {
  /** Which of its ways the engine takes. */
  readonly variant: string;
  /** When it began with nothing on the device and nothing compiled, by performance.now(), if it did. */
  readonly coldFrom?: number;
  /** Starts or enqueues the task once, without waiting for the GPU. */
  run(): void | Promise<void>;
  /** Submits what was enqueued; resolves when the GPU has done all of it. */
  finish(): Promise<void>;
  /** Planar outputs of the last run. */
  read(): Promise<ArrayLike<number>[]>;
  /** Milliseconds of a launch by the GPU's own clock; null where that clock is too coarse or missing. */
  gpuMs?(): Promise<number | null>;
  /** Time of each layer of a net by that clock, none without it. */
  layers?(): Promise<readonly LayerTime[]>;
  free(): void;
}

/** An engine that takes part. */
export interface Contender {
  readonly name: EngineName;
  /** Rejects with an `Unsupported`, or the engine's own error, where it cannot do the task. */
  prepare(task: Task): Promise<Launch>;
}

/** Why an engine cannot do a task. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
