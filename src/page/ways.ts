// The ways to a dense map, as something to plan and to run.
import type { ElemType } from '../dispatch.js';
import type { Compilable } from '../engine/engine.js';
import type { Tensor } from '../engine/tensor.js';
import { LimitError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { type ShiftAndStitch, shiftAndStitch } from '../graph/dense/shift_and_stitch.js';
import { upsampled } from '../graph/dense/upsampled.js';
import type { CompileOptions } from '../graph/net_options.js';
import { type InputShapes, type PlanOptions, plan } from '../graph/plan.js';
import type { Pair } from '../shape.js';

/** A net on a device, or what runs one by shifts. */
export interface Runnable {
  run(
    inputs: Readonly<Record<string, Tensor>>,
    o: { signal: AbortSignal },
  ): Promise<{ readonly outputs: Readonly<Record<string, Tensor<ElemType>>>; readonly ms: number }>;
  dispose(): void;
}

/** One way, planned. */
export interface Candidate {
  readonly name: string;
  readonly net: Compilable<Runnable, CompileOptions>;
  readonly gflop: number;
  readonly peakBytes: number;
  /** Rows and columns of its output before the dense map. */
  readonly before: Pair;
}

/** Every way to the dense map of which the rarefied net's output comes last. */
export function candidates(
  coarse: Graph,
  rarefied: Graph,
  factor: Pair,
  inputs: InputShapes,
  o: PlanOptions,
): Candidate[] {
  const made = (name: string, net: Graph | ShiftAndStitch, before: Pair = [0, 0]): Candidate => {
    const { flops, bytes } = 'stages' in net ? net.plan(inputs, o) : plan(net, inputs, o);
    return { name, net, before, gflop: flops / 1e9, peakBytes: bytes.peak };
  };
  return [
    made('coarse-bilinear', upsampled(coarse, factor, 'bilinear')),
    made('coarse-transposed', upsampled(coarse, factor, 'transposed'), [factor[0] - 1, factor[1] - 1]),
    made('stitched-images', shiftAndStitch(coarse, factor, 'images')),
    made('stitched-phases', shiftAndStitch(coarse, factor, 'phases')),
    made('rarefied', rarefied),
  ];
}

/** @throws LimitError with the plans' FLOPs where they take more than `budget` GFLOP together. */
export function checkBudget(ways: readonly Candidate[], budget: number): void {
  const total = ways.reduce((sum, { gflop }) => sum + gflop, 0);
  if (!(total > budget)) return;
  const each = ways.map(({ name, gflop }) => `${name} ${gflop.toFixed(2)}`).join(', ');
  throw new LimitError(
    `equivalence: the plans take ${total.toFixed(2)} GFLOP (${each}), the budget is ${budget}`,
    total,
    budget,
    'raise --budget, or take a smaller --size, --width or --stride',
  );
}
