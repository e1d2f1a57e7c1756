import { DataError } from '../src/errors.js';
import { ENGINES } from './contender.js';
import type { BenchReport, Missing, Row } from './report.js';

/** What bench/torch_baseline.py prints. */
export interface TorchTimes {
  /** The device that PyTorch ran on. */
  readonly adapter: string;
  readonly rows: readonly Omit<Row, 'flops' | 'bytes'>[];
  readonly unsupported: readonly Missing[];
}

/** @throws DataError for text that bench/torch_baseline.py did not print */
export function parseTorch(path: string, text: string): TorchTimes {
  try {
    const read: TorchTimes = JSON.parse(text);
    const known = [...read.rows, ...read.unsupported].every(
      ({ engine }) => engine.startsWith('torch-') && ENGINES.includes(engine),
    );
    if (known && read.rows.every(({ samples }) => samples.length > 0)) return read;
  } catch {}
  throw new DataError(`${path}: should be what bench/torch_baseline.py prints`, path);
}

/** A report with the rows of PyTorch for its cases. */
export function withTorch(report: BenchReport, { adapter, rows, unsupported }: TorchTimes): BenchReport {
  const ours = new Map(report.rows.filter((r) => r.engine === 'rarefy').map((r) => [r.case, r]));
  const joined = rows.flatMap((r): Row[] => {
    const own = ours.get(r.case);
    if (!own) return [];
    const { flops, bytes } = own;
    return [{ ...r, variant: `${r.variant}, ${adapter}`, against: 'size', flops, bytes }];
  });
  return {
    ...report,
    rows: [...report.rows, ...joined],
    unsupported: [...report.unsupported, ...unsupported.filter((m) => ours.has(m.case))],
  };
}
