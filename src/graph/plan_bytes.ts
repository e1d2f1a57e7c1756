import type { Dispatch } from '../dispatch.js';
import { paramsBytes } from '../gpu/encode.js';
import type { Operand } from '../lower/lowering.js';
import { bufferBytes } from '../shape.js';
import type { Block, LayerWeights } from './block.js';
import { type Lifetime, mostAtOnce, type Slot } from './memory.js';

/** A map or scratch buffer and the steps in which it lives. */
export interface Placed extends Lifetime {
  readonly block: Block;
}

/** What a plan takes on the device. */
export interface PlanBytes {
  /** In the order that the chosen kernels read. */
  readonly weights: number;
  /** Maps and scratch with shared buffers, as they will be allocated. */
  readonly maps: number;
  /** What they would take without sharing. */
  readonly mapsUnshared: number;
  /** The most that maps take at one step, which no sharing gets below; without scratch. */
  readonly mapsLive: number;
  /** The most scratch of one step. */
  readonly scratch: number;
  /** Inputs, outputs, tables and params. */
  readonly other: number;
  /** All that is there during a run: weights, maps and other. */
  readonly peak: number;
  /** Of these what nothing can spare: weights, other and mapsLive. */
  readonly least: number;
  /** Largest storage binding and largest buffer. */
  readonly largestBinding: number;
  readonly largestBuffer: number;
}

const total = (values: Iterable<{ readonly bytes: number }>): number => {
  let sum = 0;
  for (const { bytes } of values) sum += bufferBytes(bytes);
  return sum;
};

/** Adds up what a plan takes. */
export function bytesOf(p: {
  readonly dispatches: readonly Dispatch<Block>[];
  readonly weights: ReadonlyMap<unknown, LayerWeights>;
  readonly slots: readonly Slot<Placed>[];
  readonly inputs: ReadonlyMap<string, Operand<Block>>;
  readonly outputs: ReadonlyMap<string, Operand<Block>>;
  readonly constants: readonly Block[];
}): PlanBytes {
  const weightBlocks = [...p.weights.values()].flatMap(({ filter, vectors }) => [
    ...(filter?.parts.map((part) => part.view.buffer) ?? []),
    ...Object.values(vectors).map((v) => v.buffer),
  ]);
  const ends = new Set([...p.inputs.values(), ...p.outputs.values()].map((t) => t.buffer));
  const placed = p.slots.flatMap((slot) => slot.values);
  const live = (scratch: boolean) =>
    mostAtOnce(placed.filter(({ block }) => (block.role === 'scratch') === scratch));
  const weights = total(weightBlocks);
  const maps = total(p.slots);
  const mapsLive = live(false);
  const other = total(ends) + total(p.constants) + paramsBytes(p.dispatches);
  const views = p.dispatches.flatMap((d) => Object.values(d.bindings));
  return {
    weights,
    maps,
    mapsUnshared: total(placed),
    mapsLive,
    scratch: live(true),
    other,
    peak: weights + maps + other,
    least: weights + mapsLive + other,
    largestBinding: views.reduce((most, v) => Math.max(most, v.size), 0),
    largestBuffer: views.reduce((most, v) => Math.max(most, v.buffer.bytes), 0),
  };
}
