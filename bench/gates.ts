import type { Comparison } from './report.js';

/** How many times as long the faster WebGPU peer should take: what must hold, and what is aimed at. */
export interface Gate {
  readonly gate: number;
  readonly goal: number;
}

/** By case. */
export const GATES: Readonly<Record<string, Gate>> = {
  conv1_1: { gate: 10, goal: 10 },
  conv1_2: { gate: 15, goal: 30 },
  conv2_2: { gate: 15, goal: 30 },
  conv3_3: { gate: 15, goal: 30 },
  conv4_3: { gate: 15, goal: 30 },
  conv5_3: { gate: 15, goal: 30 },
  fc6e: { gate: 8, goal: 8 },
  fc7: { gate: 6, goal: 6 },
  score: { gate: 6, goal: 6 },
  pool: { gate: 3, goal: 3 },
  deconv4s2: { gate: 10, goal: 10 },
  deconv64s32: { gate: 10, goal: 10 },
  resize8: { gate: 2, goal: 2 },
  'fcn8s-224-pad1': { gate: 15, goal: 25 },
};

/** The comparisons that have a gate, each with it and whether it is passed: by the lower quartile over the rounds. */
export const gated = (comparisons: readonly Comparison[]): (Comparison & Gate & { passed: boolean })[] =>
  comparisons.flatMap((c) => {
    const gate = GATES[c.case];
    return gate ? [{ ...c, ...gate, passed: c.quartile >= gate.gate }] : [];
  });
