// What is to be done, in which order, and how long it takes.
import { FormatError } from '../../errors.js';
import type { Protocol, Run } from './protocol.js';

type Node = Pick<Run, 'id' | 'from'>;

/** Runs behind those that they start from, else as they are listed. @throws FormatError for a circle */
export function ordered<R extends Node>(runs: readonly R[]): R[] {
  const made: R[] = [];
  const isMade = (id: string) => made.some((run) => run.id === id);
  while (made.length < runs.length) {
    const next = runs.find(({ id, from }) => !isMade(id) && from.every(isMade));
    if (!next) {
      const left = runs.filter(({ id }) => !isMade(id));
      throw new FormatError(
        `runs: ${left.map(({ id, from }) => `${id} from ${from.join(' and ')}`).join(', ')}: a circle, should begin somewhere`,
      );
    }
    made.push(next);
  }
  return made;
}

/** These runs and all that they start from, in their order. */
export function withSources<R extends Node>(runs: readonly R[], wanted: readonly string[]): R[] {
  const needed = new Set(wanted);
  for (const { id, from } of [...runs].reverse())
    if (needed.has(id)) for (const source of from) needed.add(source);
  return runs.filter(({ id }) => needed.has(id));
}

/** A run with a seed. */
export interface Job {
  readonly run: Run;
  readonly seed: number;
}

/** Every run with every seed: all of the first seed come first. */
export const jobsOf = ({ seeds }: Pick<Protocol, 'seeds'>, runs: readonly Run[]): Job[] =>
  seeds.flatMap((seed) => runs.map((run) => ({ run, seed })));

/** How fast a run went, or goes. */
export interface Pace {
  readonly id: string;
  readonly images: number;
  readonly seconds: number;
}

/** Seconds that runs will take: each at the pace of others of its name, or of all; null where none is known. */
export function secondsFor(
  runs: readonly Pick<Run, 'id' | 'images'>[],
  paces: readonly Pace[],
): number | null {
  const perImage = (of: readonly Pace[]) => {
    const images = of.reduce((sum, pace) => sum + pace.images, 0);
    return images > 0 ? of.reduce((sum, pace) => sum + pace.seconds, 0) / images : null;
  };
  const all = perImage(paces);
  if (all === null) return runs.length === 0 ? 0 : null;
  return runs.reduce(
    (sum, { id, images }) => sum + images * (perImage(paces.filter((pace) => pace.id === id)) ?? all),
    0,
  );
}
