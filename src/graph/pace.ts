import type { Dispatch } from '../dispatch.js';

/** What a first guess takes an adapter for; measured times correct it. */
const GUESS = {
  software: { flopsPerMs: 4e6, bytesPerMs: 0.5e6 },
  hardware: { flopsPerMs: 4e8, bytesPerMs: 4e7 },
} as const;

/**
 * Estimates how long dispatches take, from FLOPs and bytes, and learns from what they took. Long runs are
 * cut into submits of a bounded time by it, so that a page stays alive and an abort is served.
 */
export class Pace {
  readonly #flopsPerMs: number;
  readonly #bytesPerMs: number;
  /** Measured over estimated time, of late. */
  #factor = 1;

  constructor(software: boolean) {
    const guess = software ? GUESS.software : GUESS.hardware;
    this.#flopsPerMs = guess.flopsPerMs;
    this.#bytesPerMs = guess.bytesPerMs;
  }

  /** Milliseconds by the first guess: a measure of work that does not change while a run learns. */
  work(d: Pick<Dispatch<unknown>, 'flops' | 'bytes'>): number {
    return d.flops / this.#flopsPerMs + d.bytes / this.#bytesPerMs;
  }

  /** Estimated milliseconds. */
  estimate(d: Pick<Dispatch<unknown>, 'flops' | 'bytes'>): number {
    return this.#factor * this.work(d);
  }

  /** FLOPs that take about so many milliseconds, in powers of two so that plans can be reused. */
  flopsIn(ms: number): number {
    return 2 ** Math.floor(Math.log2((ms * this.#flopsPerMs) / this.#factor));
  }

  /** Tells what dispatches of this estimate took. */
  learn(estimatedMs: number, measuredMs: number): void {
    if (!(estimatedMs > 1) || !(measuredMs > 0)) return;
    const wanted = this.#factor * Math.min(Math.max(measuredMs / estimatedMs, 1 / 8), 8);
    this.#factor = Math.min(Math.max(0.7 * this.#factor + 0.3 * wanted, 1e-4), 1e4);
  }
}
