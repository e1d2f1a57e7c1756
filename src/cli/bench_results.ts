// The results that a clone keeps, a file for each adapter and runtime, and the table of its README that is made from them.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchReport } from '../../bench/report.js';
import { withTable } from '../../bench/results_table.js';
import { isSameRun, merged } from '../../bench/sweep.js';
import { adapterTitle } from '../gpu/device.js';
import { benchFolder, dist } from './peers.js';

const readReport = (path: string): BenchReport => JSON.parse(readFileSync(path, 'utf8'));

/** The commit that was built, as `commitOf` says it; null outside a clone. */
export function builtCommit(): string | null {
  const path = join(dist, 'commit');
  return (existsSync(path) && readFileSync(path, 'utf8')) || null;
}

/** The file of a report's adapter and runtime, which goes without saying where it is Chrome. */
export function resultsName({ adapter, runtime }: Pick<BenchReport, 'adapter' | 'runtime'>): string {
  const name = `${adapterTitle(adapter)}${runtime === 'chrome' ? '' : ` ${runtime}`}`;
  return `${name.replace(/\W+/g, ' ').trim().replaceAll(' ', '-').toLowerCase()}.json`;
}

/** Every report in bench/results, by file name. */
export const savedResults = (folder: string): BenchReport[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readReport(join(folder, name)));

/** Text of a report: of its lists a line each item, so that a later one differs in the lines of its rows alone. */
function resultsText(report: BenchReport): string {
  const fields = Object.entries(report).map(([name, value]) => {
    const text =
      Array.isArray(value) && value.length > 0
        ? `[\n  ${value.map((item) => JSON.stringify(item)).join(',\n  ')}\n ]`
        : JSON.stringify(value);
    return ` ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

/** Writes a report to bench/results, beside the other cases of the same run, and the table to README.md. */
export function saveResults(report: BenchReport, root = join(benchFolder, '..')): void {
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, resultsName(report));
  const earlier = existsSync(path) ? readReport(path) : null;
  const saved = earlier && isSameRun(earlier, report) ? merged(earlier, report) : report;
  writeFileSync(path, resultsText(saved));
  const readme = join(root, 'README.md');
  if (existsSync(readme))
    writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), savedResults(folder)));
}
