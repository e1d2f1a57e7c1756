import { openGpu } from './gpu.js';
import { type Job, runFromServer } from './host.js';

/** Runs one job: of the server that this page came from, or that a child process has as its argument. */
export async function startPage(jobs: Readonly<Record<string, Job>>): Promise<void> {
  // Neither @types/node nor Deno's types hold here: the same bundle runs in a page.
  const child = typeof document === 'undefined' ? globalThis.process : undefined;
  await runFromServer(child?.argv[2] ?? new URL('.', location.href).href, jobs, openGpu);
  child?.exit(0);
}
