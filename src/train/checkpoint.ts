import { FormatError } from '../errors.js';
import { record, text, whole } from '../graph/forms/check.js';
import { readMetadata, readSafetensors } from '../weights/safetensors.js';
import { weightsOf } from '../weights/safetensors_values.js';
import { writeSafetensors } from '../weights/safetensors_write.js';
import type { Weights } from '../weights/weights.js';
import type { TrainerState } from './trainer_options.js';

/** Where a run is. */
export interface Checkpoint {
  /** Which of the run's stages. */
  readonly stage: number;
  readonly state: TrainerState;
  /** The run's settings, as whoever made it writes them: another run must not go on from it. */
  readonly settings: string;
}

const KEY = 'rarefy.checkpoint';
const WEIGHTS = 'weights/';
const HISTORY = 'history/';

/** Where a run is, without its numbers. */
export interface CheckpointHeader {
  readonly version: number;
  readonly stage: number;
  readonly iteration: number;
  readonly seed: number;
  readonly settings: string;
}

const header = record<CheckpointHeader>({
  version: whole(1, 1),
  stage: whole(0, 1000),
  iteration: whole(0, Number.MAX_SAFE_INTEGER),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  settings: text(2 ** 16),
});

/** A checkpoint as a .safetensors file: weights and history as tensors, the rest in the metadata. */
export function writeCheckpoint({ stage, state, settings }: Checkpoint): Uint8Array<ArrayBuffer> {
  const { iteration, seed, weights, history } = state;
  const said: CheckpointHeader = { version: 1, stage, iteration, seed, settings };
  const under = (prefix: string, tensors: Weights) =>
    [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  return writeSafetensors(new Map([...under(WEIGHTS, weights), ...under(HISTORY, history)]), {
    metadata: new Map([[KEY, JSON.stringify(said)]]),
  });
}

/**
 * What a checkpoint says of itself, from its bytes up to the end of the header or beyond.
 * @throws FormatError for a file that is no checkpoint
 */
export const readCheckpointHeader = (bytes: Uint8Array): CheckpointHeader => headerOf(readMetadata(bytes));

function headerOf(metadata: ReadonlyMap<string, string>): CheckpointHeader {
  const said = metadata.get(KEY);
  if (said === undefined) throw new FormatError(`checkpoint: no ${KEY} in the metadata, should be there`);
  return header(parsed(said), KEY);
}

/** @throws FormatError for a file that is no checkpoint */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const file = readSafetensors(bytes);
  const { stage, iteration, seed, settings } = headerOf(file.metadata);
  const parts: Readonly<Record<string, Weights>> = { [WEIGHTS]: new Map(), [HISTORY]: new Map() };
  for (const [name, tensor] of weightsOf(file)) {
    const prefix = [WEIGHTS, HISTORY].find((p) => name.startsWith(p));
    if (!prefix)
      throw new FormatError(`checkpoint: tensor '${name}', should be under ${WEIGHTS} or ${HISTORY}`);
    parts[prefix]!.set(name.slice(prefix.length), tensor);
  }
  return { stage, settings, state: { iteration, seed, weights: parts[WEIGHTS]!, history: parts[HISTORY]! } };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`checkpoint: ${(cause as Error).message}, should be JSON`);
  }
}
