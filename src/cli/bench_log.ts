import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { appended, type LogLine, lastOfEach, parseLog } from '../../bench/sweep.js';
import { DataError } from '../errors.js';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new DataError(`${path}: no such log`, path);
  }
};

function linesOf(path: string, text: string, log: (line: string) => void): readonly LogLine[] {
  const { lines, torn } = parseLog(text);
  if (torn > 0) log(`${path}: ${torn} lines are not whole, their jobs count as not done`);
  return lines;
}

/** The lines of all logs; where two have one job, the later log's. */
export function readLogs(paths: readonly string[], log: (line: string) => void): LogLine[] {
  const found = lastOfEach(paths.flatMap((path) => linesOf(path, read(path), log)));
  if (found.length === 0) throw new DataError(`${paths.join(', ')}: no workload is done`, paths[0] ?? '');
  return found;
}

/** A log that a run appends to. */
export class JobLog {
  readonly #path: string;
  readonly lines: readonly LogLine[];

  /** @param resume whether its lines count as done; a log with lines is refused otherwise */
  constructor(path: string, resume: boolean, log: (line: string) => void) {
    this.#path = path;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    this.lines = linesOf(path, text, log);
    if (!resume && this.lines.length > 0)
      throw new DataError(
        `${path}: ${this.lines.length} workloads are in it, should be a new file, or --resume be given`,
        path,
      );
  }

  append(line: LogLine): void {
    const text = existsSync(this.#path) ? readFileSync(this.#path, 'utf8') : '';
    appendFileSync(this.#path, appended(text, line));
  }
}
