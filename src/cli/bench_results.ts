// The results that a clone keeps, a file for each adapter, and the table of its README that is made from them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchReport } from '../../bench/report.js';
import { withTable } from '../../bench/results_table.js';
import { adapterTitle } from '../gpu/device.js';
import { benchFolder } from './peers.js';

const git = (...args: string[]): string | null => {
  const { status, stdout } = spawnSync('git', ['-C', benchFolder, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

/** The clone's commit, with `+` where tracked files differ from it. */
export function commit(): string | null {
  const hash = existsSync(benchFolder) ? git('rev-parse', '--short', 'HEAD') : null;
  return hash && `${hash}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
}

/** Every report in bench/results, by file name. */
export const savedResults = (folder: string): BenchReport[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

/** Writes a report to bench/results and the table to README.md. */
export function saveResults(report: BenchReport): void {
  const folder = join(benchFolder, 'results');
  mkdirSync(folder, { recursive: true });
  const name = adapterTitle(report.adapter).replace(/\W+/g, ' ').trim().replaceAll(' ', '-').toLowerCase();
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  const readme = join(benchFolder, '../README.md');
  if (existsSync(readme))
    writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), savedResults(folder)));
}
