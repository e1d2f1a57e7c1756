import type { Tensor } from '../../engine/tensor.js';
import type { HostTensor } from '../net_options.js';
import type { Area } from './area.js';
import type { TileOptions, TilePlan } from './plan_tiles.js';

/** A part of an output. */
export interface TilePart extends HostTensor {
  readonly output: string;
  /** Its place in the whole output; `shape` is its size, [n, c, h, w]. */
  readonly area: Area;
}

/** How far a run in tiles is. */
export interface TileProgress {
  /** Estimated share of the work that is done, 0 to 1. */
  readonly done: number;
  /** Tiles that are done, and all of them. */
  readonly tile: number;
  readonly tiles: number;
  /** The layer that was submitted last. */
  readonly layer: string;
}

/** How to run an image in tiles. */
export interface RunTilesOptions extends TileOptions {
  /** A plan of `planTiles` for this net and engine; one is made without. */
  readonly plan?: TilePlan;
  /** Tiles that an earlier run has done: this one goes on behind them. */
  readonly first?: number;
  /**
   * Takes each part of each output as it is done. Without it the parts are put together on the host, and where they
   * may not fit there it should write them away.
   */
  readonly onPart?: (part: TilePart) => void | Promise<void>;
  /** Tensors of whole outputs on the GPU to write instead, by name. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: TileProgress) => void;
}

/** What a run in tiles made, and what it took. */
export interface TiledResult {
  /** The whole outputs, planar, by name; those that `onPart` or `outputs` took are left out. */
  readonly outputs: Readonly<Record<string, HostTensor>>;
  readonly plan: TilePlan;
  /** Wall time in milliseconds. */
  readonly ms: number;
  /** Command buffers submitted by the net. */
  readonly submits: number;
}
