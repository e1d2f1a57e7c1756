import type { JobDescription, Progress, SentError } from './protocol.js';

/** What a job gets from the command that started it. */
export interface Host<E = Progress> {
  readonly gpu: GPU;
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal;
  /** Base of the command's server, with a trailing slash. */
  readonly url: string;
  /** An input file by the name that the command gave it; its body is a stream. */
  file(name: string): Promise<Response>;
  progress(event: E): void;
  /** Writes a file into the command's output folder. */
  write(name: string, bytes: Uint8Array<ArrayBuffer> | Blob): Promise<void>;
}

/** A job's options come from the command and its result goes back as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: each job states its own options
export type Job = (host: Host<any>, options: any) => Promise<unknown>;

async function post(url: string, body: BodyInit): Promise<void> {
  const response = await fetch(url, { method: 'POST', body });
  if (response.ok) return;
  const what = decodeURIComponent(new URL(url).pathname.split('/').at(-1)!);
  throw new Error(`${what}: ${(await response.text()) || `status ${response.status}`}`);
}

/** Most bytes of one upload: browsers refuse to post gigabytes at once. */
const MOST_POSTED = 2 ** 26;

/** Posts a file, in parts where it is large. */
async function postFile(url: string, bytes: Uint8Array<ArrayBuffer> | Blob): Promise<void> {
  const size = bytes instanceof Blob ? bytes.size : bytes.length;
  if (size <= MOST_POSTED) return post(url, bytes);
  const id = crypto.randomUUID();
  for (let at = 0; at < size; at += MOST_POSTED) {
    const end = Math.min(size, at + MOST_POSTED);
    const part = bytes instanceof Blob ? bytes.slice(at, end) : bytes.subarray(at, end);
    await post(`${url}?part=${id}${end < size ? '&more' : ''}`, part);
  }
}

/** Sends events in their order, as many at a time as have gathered. */
class Events {
  #waiting: unknown[] = [];
  #sent: Promise<void> = Promise.resolve();
  #url: string;
  #lose: (error: Error) => void = () => {};
  /** Rejects once one could not be sent: none goes after it. */
  readonly lost = new Promise<never>((_, failed) => {
    this.#lose = failed;
  });

  constructor(url: string) {
    this.#url = url;
    this.lost.catch(() => {}); // whoever waits for it sees the error
  }

  add(event: unknown): void {
    this.#waiting.push(event);
    if (this.#waiting.length > 1) return;
    this.#sent = this.#sent.then(async () => {
      await Promise.resolve();
      await post(this.#url, JSON.stringify(this.#waiting.splice(0)));
    });
    this.#sent.catch(this.#lose);
  }

  flush(): Promise<void> {
    return this.#sent;
  }
}

/** Asks the server until it says so, or is gone, whether to stop. */
async function watchAbort(url: string, abort: AbortController, done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    try {
      const stop = await (await fetch(url, { signal: done })).json();
      if (stop) return abort.abort();
    } catch {
      return abort.abort(new DOMException('the command is gone', 'AbortError'));
    }
  }
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '', fields: {} };
  const { name, message, stack = '' } = error;
  // Names and fields of DOMException live in its prototype.
  return { name, message, stack, fields: { ...error } };
}

/** Fetches the command's job, runs it with a GPU of this runtime, and sends what comes of it. */
export async function runFromServer(
  url: string,
  jobs: Readonly<Record<string, Job>>,
  openGpu: (runtime: JobDescription['runtime']) => Promise<GPU>,
): Promise<void> {
  const done = new AbortController();
  const abort = new AbortController();
  try {
    const job: JobDescription = await (await fetch(`${url}job`)).json();
    void watchAbort(`${url}abort`, abort, done.signal);
    const run = jobs[job.name];
    if (!run) throw new Error(`no job '${job.name}', should be one of ${Object.keys(jobs).join(', ')}`);
    const events = new Events(`${url}events`);
    const host: Host<unknown> = {
      gpu: await openGpu(job.runtime),
      signal: abort.signal,
      url,
      file: async (name) => {
        const response = await fetch(`${url}files/${encodeURIComponent(name)}`);
        if (!response.ok) throw new Error(`file '${name}': status ${response.status}`);
        return response;
      },
      progress: (event) => events.add(event),
      write: (name, bytes) => postFile(`${url}out/${encodeURIComponent(name)}`, bytes),
    };
    try {
      const result = await Promise.race([run(host, job.options), events.lost]);
      await events.flush();
      await post(`${url}result`, JSON.stringify(result ?? null));
    } catch (error) {
      await events.flush().catch(() => {});
      throw error;
    }
  } catch (error) {
    await post(`${url}error`, JSON.stringify(sentError(error)));
  } finally {
    done.abort();
  }
}
