import { stagingBytes } from '../../engine/tensor.js';
import { LimitError } from '../../errors.js';
import { DEFAULT_LIMITS } from '../../limits.js';
import type { Pair } from '../../shape.js';
import { type LayerWeights, layoutWeights } from '../block.js';
import type { Graph } from '../builder.js';
import { type FusedGraph, fuse, type Layer } from '../fuse.js';
import { type Plan, type PlanOptions, planFused } from '../plan.js';
import type { Windows } from './windows.js';

/** What a run in tiles takes on the device. */
export interface TileBytes {
  readonly weights: number;
  readonly maps: number;
  /** A window of the inputs and outputs, tables and params, and what carries windows there and back. */
  readonly other: number;
  /** All of the above, and what the caller holds. */
  readonly peak: number;
}

/** A window that fits. */
export interface Fitted {
  readonly plan: Plan;
  readonly bytes: TileBytes;
}

/** Params of further dispatches, into which a slow device cuts a run: at least so many bytes. */
const PARAMS = 2 ** 20;

/** Plans windows of a graph, and says which of them fit. */
export class Budget {
  readonly #graph: Graph;
  readonly #windows: Windows;
  readonly #options: PlanOptions;
  readonly #fused: FusedGraph;
  readonly #weights: Map<Layer, LayerWeights>;
  readonly #have: number;
  readonly #held: number;
  readonly #failed: Pair[] = [];
  #error: LimitError | null = null;

  /** @param held bytes of `maxBytes` that the caller takes. */
  constructor(graph: Graph, windows: Windows, o: PlanOptions, maxBytes: number, held: number) {
    const { limits = DEFAULT_LIMITS, elem = 'f32' } = o;
    this.#graph = graph;
    this.#windows = windows;
    this.#options = o;
    this.#fused = fuse(graph, o);
    this.#weights = layoutWeights(this.#fused.layers, { ...o, limits, elem });
    this.#have = maxBytes;
    this.#held = held;
  }

  /** The plan of a window, or null where it, or a smaller one, takes too much. */
  fit(window: Pair): Fitted | null {
    if (this.#failed.some(([h, w]) => h <= window[0] && w <= window[1])) return null;
    try {
      const inputs = this.#windows.inputs(window);
      const plan = planFused(this.#graph, this.#fused, this.#weights, inputs, this.#options);
      const bytes = this.#bytes(plan);
      if (bytes.peak > this.#have)
        throw new LimitError(
          `${this.#graph.name}: a window of ${window.join(' x ')} pixels takes ${bytes.peak} bytes (weights ${bytes.weights}, maps ${bytes.maps}), allowed are ${this.#have}`,
          bytes.peak,
          this.#have,
          "raise maxBytes, or compile with memory: 'low'",
        );
      return { plan, bytes };
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      this.#failed.push(window);
      this.#error = error;
      return null;
    }
  }

  /** What the last window that did not fit lacked. */
  get error(): LimitError | null {
    return this.#error;
  }

  #bytes(plan: Plan): TileBytes {
    const { limits = DEFAULT_LIMITS } = this.#options;
    const most = (maps: Plan['inputs']) =>
      Math.max(...[...maps.values()].map(({ shape }) => stagingBytes(shape, limits)));
    // Values come back through two buffers, one that shaders write and one that the host maps.
    const staging = Math.max(most(plan.inputs), 2 * most(plan.outputs));
    const { weights, maps } = plan.bytes;
    const other = plan.bytes.other + staging + Math.max(PARAMS, 256 * plan.dispatches);
    return { weights, maps, other, peak: weights + maps + other + this.#held };
  }
}
