// Files for the code of src/page where it runs in this process: no GPU, no server.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Files as HostFiles } from '../page/model.js';
import type { Tools } from './command.js';
import type { Files } from './model_args.js';

/** The registered files as a job gets them, each a stream. */
export const localFiles = (
  files: Files,
  { signal, progress }: Pick<Tools, 'signal' | 'progress'>,
): HostFiles => ({
  signal,
  progress,
  async file(name) {
    const path = files.paths[name]!;
    const { size } = await stat(path);
    const stream = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    return new Response(stream, { headers: { 'content-length': `${size}` } });
  },
});
