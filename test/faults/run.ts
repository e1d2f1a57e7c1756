import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultJob, FaultReport } from './job.js';

/** What one file may cost its reader: ms of the processor, bytes in arrays and of the heap, characters of a message. */
export const MOST = { ms: 2000, bytes: 2 ** 26, heap: 2 ** 28, message: 10_000 };

/** A process that shares its processor may take so many times as long. */
const PATIENCE = 5;

/** How often the time is looked at, in ms. */
const WATCH = 250;

/**
 * Reads `count` files with faults in a process of its own. A reader that takes longer than it may, or more
 * memory, ends the process, which is one more fault.
 */
export async function readFaults(
  format: string,
  count: number,
  dataUrl: string,
  most: typeof MOST = MOST,
): Promise<FaultReport> {
  const folder = mkdtempSync(join(tmpdir(), 'rarefy-faults-'));
  const progress = join(folder, 'seed');
  const job: FaultJob = { format, count, dataUrl, progress, most };
  const bundle = join(dirname(fileURLToPath(import.meta.url)), 'faults.js');
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${most.heap / 2 ** 20}`, bundle, JSON.stringify(job)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
    });
  const seed = () => Number(readSeed(progress));
  let last = { seed: -1, since: performance.now() };
  let hung = false;
  const watch = setInterval(() => {
    if (seed() !== last.seed) last = { seed: seed(), since: performance.now() };
    hung = last.seed >= 0 && performance.now() - last.since > PATIENCE * most.ms;
    if (hung) child.kill('SIGKILL');
  }, WATCH);
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed).once('close', done);
  });
  clearInterval(watch);
  const at = seed();
  rmSync(folder, { recursive: true });
  if (code === 0) return JSON.parse(out.stdout) as FaultReport;
  const what = hung
    ? `no end within ${PATIENCE * most.ms} ms`
    : `ended with ${code}: ${out.stderr.slice(-1500)}`;
  return {
    outcomes: {},
    faults: [{ seed: at, what }],
    slowest: { seed: at, ms: 0 },
    largest: { seed: at, bytes: 0 },
  };
}

function readSeed(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n')[0] || '-1';
  } catch {
    return '-1';
  }
}
