import type { Graph } from '../../src/graph/builder.js';
import type { Shape } from '../../src/shape.js';
import type { Case } from '../../test/cases/case.js';

/** A graph that runs as a whole, with seeded weights. */
export interface NetWork {
  readonly kind: 'net';
  readonly graph: Graph;
  /** Of its only input. */
  readonly shape: Shape;
}

/** One step of training: forward, backward, solver. */
export interface StepWork {
  readonly kind: 'step';
  readonly graph: Graph;
  /** Of the images. */
  readonly shape: Shape;
  readonly classes: number;
}

export type Work = { readonly kind: 'layer'; readonly case: Case } | NetWork | StepWork;

/** Something that the benchmark times. */
export interface Workload {
  /** The `case` of its rows. */
  readonly name: string;
  readonly work: Work;
  /** Where the other engines take part too: on software adapters the large ones would take hours. */
  readonly peers: 'everywhere' | 'hardware' | 'nowhere';
  /** Runs on hardware adapters only, unless it is asked for by name. */
  readonly hardwareOnly?: boolean;
}

export const SETS = ['quick', 'full', 'cases', 'all'] as const;
/** `cases` are the operators' tests; `all` is those and `full`. */
export type SetName = (typeof SETS)[number];
