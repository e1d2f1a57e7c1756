import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DownloadError, OutOfMemoryError } from '../errors.js';

/** What has arrived, in bytes; `total` where the size is known. */
export interface StreamProgress {
  readonly done: number;
  readonly total: number | null;
}

/** What to expect of a stream. */
export interface StreamOptions {
  /** Stops it; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: StreamProgress) => void;
  /** In hexadecimal; checked as the bytes arrive. */
  readonly sha256?: string;
  /** Bytes that it must have. An answer's own content-length serves where this is left out. */
  readonly size?: number;
  /** Bytes beyond which it is refused; 4 GiB by default. */
  readonly maxBytes?: number;
  /** For messages. */
  readonly name?: string;
}

/** First room for a stream of unknown size, in bytes. Each further one doubles what there is. */
const FIRST_ROOM = 2 ** 16;

/** Bytes in rooms: one that fits where the size is known, else several that are put together at the end. */
class Rooms {
  readonly #name: string;
  #rooms: Uint8Array<ArrayBuffer>[] = [];
  #used = 0;
  length = 0;

  constructor(name: string, size: number | null) {
    this.#name = name;
    if (size) this.#add(size);
  }

  add(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      let room = this.#rooms.at(-1);
      if (!room || this.#used === room.length) {
        room = this.#add(Math.max(FIRST_ROOM, this.length));
        this.#used = 0;
      }
      const part = chunk.subarray(from, from + room.length - this.#used);
      room.set(part, this.#used);
      this.#used += part.length;
      this.length += part.length;
      from += part.length;
    }
  }

  /** All bytes. Each room goes when it has been copied. */
  joined(): Uint8Array<ArrayBuffer> {
    const [first] = this.#rooms;
    if (this.#rooms.length === 1 && first!.length === this.length) return first!;
    const all = this.#allocate(this.length);
    for (let at = 0, room = this.#rooms.shift(); room; at += room.length, room = this.#rooms.shift())
      all.set(room.subarray(0, this.length - at), at);
    return all;
  }

  #add(size: number): Uint8Array<ArrayBuffer> {
    const room = this.#allocate(size);
    this.#rooms.push(room);
    return room;
  }

  #allocate(size: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(size);
    } catch {
      throw new OutOfMemoryError(`${this.#name}: ${size} bytes, more than there is room for`, size);
    }
  }
}

/** The size that an answer gives: of what arrives, so not where it is compressed. */
function sizeOf({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length !== null && /^\d+$/.test(length) && !headers.has('content-encoding') ? Number(length) : null;
}

const isAnswer = (source: Response | ReadableStream<Uint8Array>): source is Response => 'headers' in source;

/**
 * Reads a stream into one buffer. Where the size is known from the start, the bytes are never held twice.
 * @throws DownloadError for an answer that is no success, another size or another hash; OutOfMemoryError where
 * there is no room; the signal's reason
 */
export async function readStream(
  source: Response | ReadableStream<Uint8Array>,
  options: StreamOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, onProgress, maxBytes = 2 ** 32 } = options;
  const name = options.name ?? (isAnswer(source) && source.url ? source.url : 'stream');
  const body = isAnswer(source) ? source.body : source;
  try {
    if (isAnswer(source) && !source.ok)
      throw new DownloadError(`${name}: status ${source.status}, should be 200`, source.status);
    const total = options.size ?? (isAnswer(source) ? sizeOf(source) : null);
    if (total !== null && total > maxBytes)
      throw new DownloadError(`${name}: ${total} bytes, should be at most ${maxBytes}`);
    const rooms = new Rooms(name, total);
    const hash = options.sha256 === undefined ? null : sha256.create();
    const most = Math.min(total ?? maxBytes, maxBytes);
    for await (const chunk of chunksOf(body, name, signal)) {
      if (rooms.length + chunk.length > most)
        throw new DownloadError(
          `${name}: more than ${most} bytes, should be ${most === total ? total : `at most ${most}`}`,
        );
      rooms.add(chunk);
      hash?.update(chunk);
      onProgress?.({ done: rooms.length, total });
    }
    if (total !== null && rooms.length !== total)
      throw new DownloadError(`${name}: breaks off at ${rooms.length} bytes, should be ${total}`);
    const found = hash && bytesToHex(hash.digest());
    if (found && found !== options.sha256!.toLowerCase())
      throw new DownloadError(`${name}: sha256 ${found}, should be ${options.sha256}`);
    return rooms.joined();
  } catch (error) {
    await body?.cancel(error).catch(() => {});
    throw error;
  }
}

/** The stream's chunks, until it ends or the signal aborts. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const reader = body?.getReader();
  if (!reader) return;
  const stop = () => void reader.cancel(signal!.reason).catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        signal?.throwIfAborted();
        throw new DownloadError(`${name}: broke off: ${(cause as Error).message}`, null, { cause });
      });
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    reader.releaseLock();
  }
}

/** Fetches a file into one buffer. See `readStream`. */
export async function fetchBytes(
  url: string | URL,
  options: StreamOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal } = options;
  const name = options.name ?? `${url}`;
  const answer = await fetch(url, { ...(signal && { signal }) }).catch((cause) => {
    signal?.throwIfAborted();
    throw new DownloadError(`${name}: no answer: ${reasonOf(cause)}`, null, { cause });
  });
  return readStream(answer, { ...options, name });
}

/** What a failed fetch says: in Node the reason stands in the error's cause. */
export const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message;
};
