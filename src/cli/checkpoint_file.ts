import { closeSync, openSync, readSync } from 'node:fs';
import { type CheckpointHeader, readCheckpointHeader } from '../train/checkpoint.js';
import { headerEnd } from '../weights/safetensors.js';

/**
 * What a checkpoint says of itself, without its numbers, which may take gigabytes.
 * @throws FormatError for a file that is no checkpoint
 */
export function checkpointHeader(path: string): CheckpointHeader {
  const file = openSync(path, 'r');
  try {
    const begin = (length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
    };
    return readCheckpointHeader(begin(headerEnd(begin(8))));
  } finally {
    closeSync(file);
  }
}
