import type { LayerTime } from '../src/graph/submit.js';
import type { Task } from './task.js';

export const ENGINES = [
  'rarefy',
  'rarefy-f16',
  'ort-webgpu',
  'tfjs-webgpu',
  'ort-wasm-1',
  'ort-wasm-2',
  'torch-cuda',
  'torch-mps',
  'torch-cpu',
] as const;
export type EngineName = (typeof ENGINES)[number];
/** The peers that compute on the same GPU. */
export const WEBGPU_PEERS: readonly EngineName[] = ['ort-webgpu', 'tfjs-webgpu'];

/** Where the files of the peers lie, as URLs that end in a slash: beside the page, or on the disk of a process. */
export type PeerFolders = Readonly<Record<'onnxruntime-web' | 'tfjs-core' | 'tfjs-backend-webgpu', string>>;

/** What the GPU's own clock says of a launch. */
export interface GpuTimes {
  /** Milliseconds; null where that clock is too coarse or missing. */
  readonly gpuMs: number | null;
  /** Of each layer of a net, none without it. */
  readonly layers?: readonly LayerTime[];
}

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
  gpu?(): Promise<GpuTimes>;
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
