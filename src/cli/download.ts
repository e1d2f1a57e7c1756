// Downloads that survive a broken connection: bytes gather in FILE.part, and FILE takes its name when they are
// all there and have the hash that is wanted.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DownloadError } from '../errors.js';
import { chunksOf, reasonOf, type StreamProgress } from '../weights/stream.js';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** In hexadecimal; null where none is known. */
  readonly sha1: string | null;
  /** Size of the file; null where it is not known. */
  readonly bytes: number | null;
  readonly onProgress: (p: StreamProgress) => void;
  /** Takes what happens on the way. */
  readonly log: (line: string) => void;
  /** Milliseconds between a broken connection and the next. */
  readonly pauseMs?: number;
}

export interface Download {
  readonly bytes: number;
  readonly sha1: string;
  /** Bytes that an earlier download had left. */
  readonly resumedFrom: number;
}

/** What is kept beside unfinished bytes, to tell whether the server still has the same file. */
interface Note {
  readonly url: string;
  /** A strong entity tag, or a date of change. */
  readonly validator: string | null;
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

/** The SHA-1 of a file, in hexadecimal. */
export async function sha1Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha1');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Fetches `url` to `path`, going on where an earlier one stopped. A broken connection is taken up again as long
 * as each brings something; what is there by then stays for the next call, an abort's too.
 * @throws DownloadError for a status, a size or a hash that is not the one wanted; the signal's reason
 */
export async function download(url: string, path: string, o: DownloadOptions): Promise<Download> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const note = `${part}.json`;
  const forget = () => Promise.all([part, note].map((file) => rm(file, { force: true })));
  if (!(await isResumable(url, note, o.sha1))) await forget();
  const resumedFrom = await sizeOf(part);
  for (let done = false; !done; ) {
    const before = await sizeOf(part);
    try {
      await fetchRest(url, part, note, o);
      done = true;
    } catch (error) {
      o.signal.throwIfAborted();
      const broken = error instanceof DownloadError && error.status === null;
      const size = await sizeOf(part);
      if (!broken || size <= before) throw error;
      o.log(`${error.message}; goes on at ${size} bytes`);
      await pause(o.pauseMs ?? 1000, undefined, { signal: o.signal });
    }
  }
  const bytes = await sizeOf(part);
  const sha1 = await sha1Of(part, o.signal);
  const faults = [
    o.bytes !== null && bytes !== o.bytes && `${bytes} bytes, should be ${o.bytes}`,
    o.sha1 !== null && sha1 !== o.sha1 && `sha1 ${sha1}, should be ${o.sha1}`,
  ].filter(Boolean);
  if (faults.length > 0) {
    await forget();
    throw new DownloadError(`${url}: ${faults.join('; ')}`);
  }
  await rename(part, path);
  await rm(note, { force: true });
  return { bytes, sha1, resumedFrom };
}

/** Whether what is there may be gone on with: a hash at the end tells, or the server by its validator. */
async function isResumable(url: string, note: string, sha1: string | null): Promise<boolean> {
  const text = await readFile(note, 'utf8').catch(() => 'null');
  const kept = JSON.parse(text) as Note | null;
  return kept?.url === url && (sha1 !== null || kept.validator !== null);
}

/** Appends to `part` what it lacks; a server that gives no ranges gives all of it again. */
async function fetchRest(url: string, part: string, note: string, o: DownloadOptions): Promise<void> {
  const have = await sizeOf(part);
  const { validator } = have > 0 ? (JSON.parse(await readFile(note, 'utf8')) as Note) : { validator: null };
  const headers = {
    // Bytes as they lie there; fetch itself asks for that with a range.
    ...(have > 0 ? { range: `bytes=${have}-` } : { 'accept-encoding': 'identity' }),
    ...(validator !== null && { 'if-range': validator }),
  };
  const answer = await fetch(url, { headers, signal: o.signal }).catch((cause) => {
    o.signal.throwIfAborted();
    throw new DownloadError(`${url}: no answer: ${reasonOf(cause)}`, null, { cause });
  });
  const [, first, all] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  const isAll = answer.status === 416 && Number(all) === have;
  const goesOn = answer.status === 206 && Number(first) === have;
  if (!goesOn && answer.status !== 200) {
    await answer.body?.cancel();
    if (isAll) return;
    throw new DownloadError(`${url}: status ${answer.status}, should be 200`, answer.status);
  }
  const from = goesOn ? have : 0;
  const length = answer.headers.get('content-length');
  const total = length === null ? o.bytes : from + Number(length);
  const file = await open(part, goesOn ? 'a' : 'w');
  try {
    await writeFile(note, JSON.stringify({ url, validator: validatorOf(answer) } satisfies Note));
    let done = from;
    for await (const chunk of chunksOf(answer.body, url, o.signal)) {
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
      done += chunk.length;
      o.onProgress({ done, total });
    }
    if (total !== null && done < total)
      throw new DownloadError(`${url}: broke off at ${done} bytes, should be ${total}`);
  } finally {
    await file.close();
  }
}

/** What the server can tell this file from a later one by. */
function validatorOf({ headers }: Response): string | null {
  const tag = headers.get('etag');
  return tag && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}
