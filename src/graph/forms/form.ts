import type { Check } from './check.js';

/** How a file may describe a layer of one kind: what it reads and its attributes. */
export interface Form<A> {
  /** How many inputs; `[least, most]` where that varies. */
  readonly inputs: number | readonly [least: number, most: number];
  readonly attrs: Check<A>;
}

/** The forms of a family of kinds. A kind without one, and an attribute that a form forgets, do not compile. */
export type Forms<A> = { readonly [K in keyof A]: Form<A[K]> };
