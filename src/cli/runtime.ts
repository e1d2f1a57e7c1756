// Runs a job in one of three runtimes: the same bundle in headless Chrome, in Node and in Deno.
import type { JobDescription, Runtime } from '../page/protocol.js';
import { startDeno, startNode } from './child.js';
import { startChrome } from './chrome.js';
import { type ServerOptions, serve } from './server.js';

export interface StartOptions {
  /** The job server's base. */
  readonly url: string;
  readonly bundle: string;
  readonly log: (line: string) => void;
}

/** A runtime at work on its job. */
export interface Running {
  /** Rejects when the runtime ends by itself. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

export interface RunOptions extends Omit<ServerOptions, 'job' | 'onEvent'> {
  readonly runtime: Runtime;
  readonly onProgress?: (event: unknown) => void;
  /** Takes what the runtime itself says, line by line. */
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

const START: Readonly<Record<Runtime, (options: StartOptions) => Promise<Running>>> = {
  chrome: startChrome,
  node: startNode,
  deno: startDeno,
};

/** How long a job may take to stop after an abort, in ms. */
const ABORT_GRACE = 3000;

/** Resolves with what the job returns, or rejects with its error. An abort rejects with the signal's reason. */
export async function runJob(job: Omit<JobDescription, 'runtime'>, options: RunOptions): Promise<unknown> {
  const { runtime, onProgress, log = () => {}, signal, ...rest } = options;
  signal?.throwIfAborted();
  const server = await serve({ ...rest, job: { ...job, runtime }, onEvent: onProgress });
  let running: Running | undefined;
  let late: NodeJS.Timeout | undefined;
  let abort = () => {};
  const aborted = new Promise<never>((_, failed) => {
    abort = () => {
      server.abort();
      late = setTimeout(() => failed(signal!.reason), ABORT_GRACE);
    };
  });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    running = await START[runtime]({ url: server.url, bundle: options.bundle, log });
    return await Promise.race([server.result, running.ended, aborted]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
    await running?.close();
    await server.close();
  }
}
