// A process that reads files with faults: a reader that hangs, crashes or takes all memory takes no more with it.
import './allocations.js';
import { openSync, writeSync } from 'node:fs';
import { FormatError, LimitError, ShapeError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { serveDataFrom } from '../data.js';
import { allocateAtMost, allocatedBytes } from './allocations.js';
import { BAD_READERS } from './bad_readers.js';
import { FORMATS } from './formats.js';
import type { FaultJob, FaultReport } from './job.js';
import { dice, withFaults } from './mutate.js';

const TYPED = [FormatError, LimitError, ShapeError, UnsupportedError, WeightsError];

const job = JSON.parse(process.argv[2]!) as FaultJob;
serveDataFrom({ url: job.dataUrl, extra: false });
const format = [...FORMATS, ...BAD_READERS].find(({ name }) => name === job.format)!;
const progress = openSync(job.progress, 'w');

/** A name of what a file made of its reader; `fault` is what should not have happened. */
async function outcomeOf(bytes: Uint8Array): Promise<{ outcome: string; fault?: string }> {
  try {
    await format.read(bytes);
    return { outcome: 'read' };
  } catch (error) {
    const { name, message, stack } = error as Error;
    if (!TYPED.some((type) => error instanceof type)) return { outcome: 'fault', fault: stack ?? `${error}` };
    if (message.length > job.most.message)
      return { outcome: 'fault', fault: `a message of ${message.length} characters` };
    return { outcome: name };
  }
}

const report: { -readonly [K in keyof FaultReport]: FaultReport[K] } = {
  outcomes: {},
  faults: [],
  slowest: { seed: -1, ms: 0 },
  largest: { seed: -1, bytes: 0 },
};

async function read(seed: number, bytes: Uint8Array): Promise<void> {
  writeSync(progress, `${seed}\n`, 0);
  allocateAtMost(job.most.bytes);
  const start = performance.now();
  const { outcome, fault } = await outcomeOf(bytes);
  const ms = performance.now() - start;
  const allocated = allocatedBytes();
  allocateAtMost(Number.POSITIVE_INFINITY);
  if (ms > report.slowest.ms) report.slowest = { seed, ms };
  if (allocated > report.largest.bytes) report.largest = { seed, bytes: allocated };
  report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
  if (fault) report.faults.push({ seed, what: fault });
}

/** A third broken anywhere, a third with its sums right again, a third well-formed. */
function faulty(seed: number): Uint8Array {
  const file = files[Math.floor(seed / 3) % files.length]!;
  if (seed % 3 === 0 && format.deform) return format.deform(file, dice(seed));
  const broken = withFaults(file, seed);
  return seed % 3 < 2 && format.mend ? format.mend(broken) : broken;
}

const files = await format.files();
for (const file of files) await format.read(file);
for (let seed = 0; seed < job.count && report.faults.length < 20; seed++) await read(seed, faulty(seed));
process.stdout.write(JSON.stringify(report));
