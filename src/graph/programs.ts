import { type Shape, showShape } from '../shape.js';
import type { Plan } from './plan.js';
import type { Program } from './program.js';

/** Programs of so many input sizes stay ready. */
const KEPT_SIZES = 4;

/** A net's programs that are ready, the latest used last. */
export class Programs {
  readonly #kept = new Map<string, { program: Program; maxFlops: number }>();

  /** Bytes of their maps and scratch. */
  get bytes(): number {
    let bytes = 0;
    for (const { program } of this.#kept.values()) bytes += program.plan.bytes.maps;
    return bytes;
  }

  /** What was used last. */
  get latest(): Plan | null {
    return [...this.#kept.values()].at(-1)?.program.plan ?? null;
  }

  /** The program that is ready for these sizes, unless its dispatches now take twice or half of what they should. */
  ready(key: string, maxFlops: number): Program | null {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    this.#kept.delete(key);
    if (kept.maxFlops > 2 * maxFlops || 2 * kept.maxFlops < maxFlops) {
      kept.program.dispose();
      return null;
    }
    this.#kept.set(key, kept);
    return kept.program;
  }

  keep(key: string, maxFlops: number, program: Program): Program {
    this.#kept.set(key, { program, maxFlops });
    for (const [oldest, { program: dropped }] of this.#kept) {
      if (this.#kept.size <= KEPT_SIZES) break;
      dropped.dispose();
      this.#kept.delete(oldest);
    }
    return program;
  }

  clear(): void {
    for (const { program } of this.#kept.values()) program.dispose();
    this.#kept.clear();
  }
}

/** One program for each set of sizes, and another one where dispatches are not cut for time. */
export const programKey = (sizes: Readonly<Record<string, Shape>>, maxFlops: number): string =>
  `${maxFlops === Number.POSITIVE_INFINITY ? 'whole' : 'cut'} ${Object.entries(sizes).map(([name, s]) => name + showShape(s))}`;
