// What a run with a seed leaves, and the measures that are read from it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../../errors.js';
import type { AdapterInfo } from '../../gpu/device.js';
import { CHECKPOINT } from '../../page/training.js';
import { GEOMETRY } from '../../scenes/classes.js';
import type { HeadReport } from '../../train/head_counts.js';
import type { TestSpec } from './protocol.js';
import type { Job } from './schedule.js';

/** The file `result.json`: it is there once the run is done. */
export interface RunResult {
  readonly run: string;
  readonly seed: number;
  /** The file of its last net, beside it. */
  readonly model: string;
  readonly parameters: number;
  readonly iterations: number;
  /** Images that it learned from. */
  readonly images: number;
  /** Of its steps; tests and starts are not counted. */
  readonly seconds: number;
  readonly adapter: AdapterInfo;
  readonly test: TestSpec & { readonly images: number };
  readonly heads: readonly HeadReport[];
  /** All that the run was made with. */
  readonly settings: object;
}

export const RESULT = 'result.json';

/** The folder of a run with a seed. */
export const folderOf = (out: string, { run, seed }: Job): string => join(out, run.id, `seed-${seed}`);

/** The result of a run; null where it is not done. */
export function readResult(out: string, job: Job): RunResult | null {
  const path = join(folderOf(out, job), RESULT);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new FormatError(`${path}: ${(cause as Error).message}, should be the result of a run`);
  }
}

/** Whether the run has begun and left a state to go on from. */
export const hasCheckpoint = (out: string, job: Job): boolean =>
  existsSync(join(folderOf(out, job), CHECKPOINT));

const isGeometric = ({ suffix, perClass }: HeadReport): boolean =>
  suffix === '_geo' || perClass.map(({ name }) => name).join() === GEOMETRY.join();

/** The head of a run's classes, and that of geometric labels, where it has them. */
export const headsOf = ({ heads }: Pick<RunResult, 'heads'>) => ({
  classes: heads.find((head) => !isGeometric(head)),
  geometric: heads.find(isGeometric),
});

/** What tables show, in their order: name, and how it is read from a result. */
export const MEASURES = {
  pixelAcc: ['pixel acc.', (r: RunResult) => headsOf(r).classes?.pixelAcc],
  meanAcc: ['mean acc.', (r: RunResult) => headsOf(r).classes?.meanAcc],
  meanIU: ['mean IU', (r: RunResult) => headsOf(r).classes?.meanIU],
  fwIU: ['f.w. IU', (r: RunResult) => headsOf(r).classes?.fwIU],
  boundaryIU: ['boundary IU', (r: RunResult) => headsOf(r).classes?.boundaryIU],
  geometricAcc: ['geometric acc.', (r: RunResult) => headsOf(r).geometric?.pixelAcc],
} as const;
export type Measure = keyof typeof MEASURES;
export const MEASURE_KEYS = Object.keys(MEASURES) as Measure[];

/** A measure of some results, by seed; those that lack it are left out. */
export function bySeed(results: readonly RunResult[], measure: Measure): Map<number, number> {
  const read = MEASURES[measure][1];
  return new Map(
    results.flatMap((result): [number, number][] => {
      const value = read(result);
      return value == null ? [] : [[result.seed, value]];
    }),
  );
}
