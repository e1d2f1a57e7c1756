import { type Shape, showShape } from '../shape.js';
import { checkMemory, type Plan } from './plan.js';
import type { Program } from './program.js';

/** Programs of so many input sizes stay ready. */
const KEPT_SIZES = 4;

/** A program that stays allocated until it is released, whatever other sizes need. */
export interface Held {
  readonly program: Program;
  /** Works once: further calls do nothing. */
  readonly release: () => void;
}

/** A net's programs: those that are ready, and those that a run or a recording still holds. */
export class Programs {
  /** Of a run, with the weights and with all that is allocated. */
  readonly #maxBytes: number;
  /** All that are allocated, and how often each is held. */
  readonly #holds = new Map<Program, number>();
  /** What is ready by key, the latest used last. */
  readonly #ready = new Map<string, { program: Program; maxFlops: number }>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all buffers of all programs. */
  get bytes(): number {
    let bytes = 0;
    for (const program of this.#holds.keys()) bytes += program.bytes;
    return bytes;
  }

  /** Those of maps and scratch among them. */
  get maps(): number {
    let bytes = 0;
    for (const { plan } of this.#holds.keys()) bytes += plan.bytes.maps;
    return bytes;
  }

  /** What was used last. */
  get latest(): Plan | null {
    return [...this.#ready.values()].at(-1)?.program.plan ?? null;
  }

  /**
   * Holds the program that is ready for these sizes, unless its dispatches now take twice or half of what they should.
   * @throws LimitError where there is no room to run it.
   */
  ready(key: string, maxFlops: number): Held | null {
    const kept = this.#ready.get(key);
    if (!kept) return null;
    this.#ready.delete(key);
    if (kept.maxFlops > 2 * maxFlops || 2 * kept.maxFlops < maxFlops) {
      this.#sweep(kept.program);
      return null;
    }
    this.#ready.set(key, kept);
    this.makeRoom(kept.program.plan, kept.program);
    return this.hold(kept.program);
  }

  /** Counts a program among the allocated ones, and frees it with its last release where it is not ready by then. */
  hold(program: Program): Held {
    this.#holds.set(program, (this.#holds.get(program) ?? 0) + 1);
    let held = true;
    const release = () => {
      const holds = this.#holds.get(program);
      if (!held || holds === undefined) return;
      held = false;
      this.#holds.set(program, holds - 1);
      this.#sweep(program);
    };
    return { program, release };
  }

  /** Makes a program that is held ready for later runs. */
  keep(key: string, maxFlops: number, held: Held): Held {
    if (!this.#holds.has(held.program)) return held;
    this.#remove(key);
    this.#ready.set(key, { program: held.program, maxFlops });
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= KEPT_SIZES) break;
      this.#remove(oldest);
    }
    return held;
  }

  /**
   * Frees the longest unused programs that nothing holds, as far as they are in the way of a run.
   * @param own the run's program, where it is there already.
   * @throws LimitError where that is not enough.
   */
  makeRoom(plan: Plan, own?: Program): void {
    const others = () => this.bytes - (own?.bytes ?? 0);
    for (const [key, { program }] of this.#ready) {
      if (plan.bytes.peak + others() <= this.#maxBytes) return;
      if (program !== own && this.#holds.get(program) === 0) this.#remove(key);
    }
    checkMemory(plan, this.#maxBytes, others());
  }

  /** Nothing is ready any more; what is held lives until its release. @returns whether that freed anything. */
  clear(): boolean {
    const before = this.#holds.size;
    for (const key of this.#ready.keys()) this.#remove(key);
    return this.#holds.size < before;
  }

  /** Frees all, also what is held. */
  dispose(): void {
    this.#ready.clear();
    for (const program of this.#holds.keys()) program.dispose();
    this.#holds.clear();
  }

  #remove(key: string): void {
    const kept = this.#ready.get(key);
    this.#ready.delete(key);
    if (kept) this.#sweep(kept.program);
  }

  /** Frees a program that is neither held nor ready. */
  #sweep(program: Program): void {
    if (this.#holds.get(program) !== 0) return;
    for (const kept of this.#ready.values()) if (kept.program === program) return;
    this.#holds.delete(program);
    program.dispose();
  }
}

/** One program for each set of sizes, and another one where dispatches are not cut for time. */
export const programKey = (sizes: Readonly<Record<string, Shape>>, maxFlops: number): string =>
  `${maxFlops === Number.POSITIVE_INFINITY ? 'whole' : 'cut'} ${Object.entries(sizes).map(([name, s]) => name + showShape(s))}`;
