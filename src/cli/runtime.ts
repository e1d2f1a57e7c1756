// Runs a job in one of three runtimes: the same bundle in headless Chrome, in Node and in Deno.
import type { JobDescription, Runtime } from '../page/protocol.js';
import { startDeno, startNode } from './child.js';
import { startChrome } from './chrome.js';
import { type ServerOptions, serve } from './server.js';

export interface StartOptions {
  /** The job server's base. */
  readonly url: string;
  readonly bundle: string;
  /** Takes what the set-up says that it does. */
  readonly log: (line: string) => void;
  /** Takes the lines that the runtime prints. */
  readonly onConsole: (line: string) => void;
  /** WebSocket of a Chrome that runs already, here or elsewhere; its page reaches the server through it. */
  readonly browserWs?: string | undefined;
}

/** A runtime at work on its job. */
export interface Running {
  /** Name, version and place of the runtime. */
  readonly about: string;
  /** Rejects when the runtime ends by itself. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

export interface RunOptions extends Omit<ServerOptions, 'job' | 'onEvent'> {
  readonly runtime: Runtime;
  readonly onProgress?: (event: unknown) => void;
  /** Takes what `Running.about` says once the runtime runs. */
  readonly onStart?: (about: string) => void;
  readonly log: StartOptions['log'];
  readonly onConsole: StartOptions['onConsole'];
  readonly browserWs?: StartOptions['browserWs'];
  readonly signal?: AbortSignal;
  /** How long a job may take to stop after an abort, in ms; `ABORT_GRACE` by default. */
  readonly abortGrace?: number;
}

const START: Readonly<Record<Runtime, (options: StartOptions) => Promise<Running>>> = {
  chrome: startChrome,
  node: startNode,
  deno: startDeno,
};

const ABORT_GRACE = 3000;

/** Resolves with what the job returns, or rejects with its error. An abort rejects with the signal's reason. */
export async function runJob(job: Omit<JobDescription, 'runtime'>, options: RunOptions): Promise<unknown> {
  const {
    runtime,
    onProgress,
    onStart,
    log,
    onConsole,
    browserWs,
    signal,
    abortGrace = ABORT_GRACE,
    ...rest
  } = options;
  signal?.throwIfAborted();
  const server = await serve({ ...rest, job: { ...job, runtime }, onEvent: onProgress });
  let running: Running | undefined;
  let late: NodeJS.Timeout | undefined;
  let abort = () => {};
  const aborted = new Promise<never>((_, failed) => {
    abort = () => {
      server.abort();
      late = setTimeout(() => failed(signal!.reason), abortGrace);
    };
  });
  aborted.catch(() => {}); // it may come before anyone waits for it
  signal?.addEventListener('abort', abort, { once: true });
  try {
    running = await START[runtime]({ url: server.url, bundle: options.bundle, log, onConsole, browserWs });
    onStart?.(running.about);
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
