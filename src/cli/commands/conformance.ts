import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, resolve, sep } from 'node:path';
import { adapterName } from '../../gpu/device.js';
import { type ConformanceReport, findCases, type Miss } from '../../page/conformance.js';
import { command, UsageError } from '../command.js';

const number = (option: string, text: string): number => {
  const value = Number(text);
  if (!(value >= 0)) throw new UsageError(`${option} ${text}: should be a number of at least 0`);
  return value;
};

const misses = (what: string, found: readonly Miss[]): string[] =>
  found.map(({ name, why }) => `${what} ${name}: ${why}`);

export function conformanceText(report: ConformanceReport): string {
  const { passed, parsed, failed, unsupported } = report;
  const all = passed.length + failed.length + unsupported.length;
  return [
    ...misses('failed', failed),
    ...misses('unsupported', unsupported),
    `${passed.length} of ${all} cases passed (${((100 * passed.length) / Math.max(1, all)).toFixed(1)} %), ${failed.length} failed, ${unsupported.length} unsupported; ${parsed.length} more have no stored output and were imported`,
  ].join('\n');
}

export const conformance = command({
  name: 'conformance',
  description: 'Runs a folder of ONNX backend cases or Caffe layer cases and compares with their outputs',
  args: {
    dir: { type: 'positional', description: 'a folder, walked with all its folders', required: true },
    rtol: { type: 'string', default: '1e-3', description: 'largest relative difference', valueHint: 'X' },
    atol: { type: 'string', default: '1e-5', description: 'largest absolute difference', valueHint: 'X' },
  },
  async run({ dir, rtol, atol }, tools) {
    if (!existsSync(dir)) throw new UsageError(`conformance: no folder ${dir}`);
    const paths = await readdir(dir, { recursive: true });
    const cases = findCases(
      paths.map((path) => path.split(sep).join('/')),
      basename(resolve(dir)),
    );
    if (cases.length === 0)
      throw new UsageError(
        `conformance: no case in ${dir}, should have folders with a model.onnx or a deploy.prototxt`,
      );
    const options = { cases, relative: number('--rtol', rtol), absolute: number('--atol', atol) };
    const report = await tools.run('conformance', options, { folders: { cases: dir } });
    const text = `${adapterName(report.adapter)}\n${conformanceText(report)}`;
    return { text, json: report, ok: report.failed.length === 0 };
  },
});
