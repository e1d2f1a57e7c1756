import { adapterName } from '../../gpu/device.js';
import type { DoctorReport } from '../../page/jobs/doctor.js';
import { command, type Tools } from '../command.js';
import { table } from '../table.js';

/** What the doctor job found, and where it ran. */
export interface Examination extends DoctorReport {
  readonly runtime: string;
  /** Runtime, version and place. */
  readonly about: string;
  readonly ok: boolean;
}

/** Runs the doctor job in the chosen runtime. */
export async function examine(tools: Tools): Promise<Examination> {
  let about = '';
  const report = await tools.run('doctor', undefined, { onStart: (text) => (about = text) });
  const { error, tolerance } = report.check;
  return { runtime: tools.runtime, about, ...report, ok: error <= tolerance };
}

/** One line: whether the GPU and the CPU agree, and what to do if not. */
export const verdict = ({ ok, check: { error, tolerance, ms } }: Examination): string =>
  ok
    ? `passed: conv2d and max_pool differ from the CPU by ${error.toExponential(1)} of the largest value, at most ${tolerance.toExponential(1)} (${ms.toFixed(0)} ms)`
    : `FAILED: conv2d and max_pool differ from the CPU by ${error.toExponential(1)} of the largest value, should be at most ${tolerance.toExponential(1)}\n` +
      'remedy: update the graphics driver or the browser, or try another --runtime';

export const doctor = command({
  name: 'doctor',
  description: 'Looks at the runtime and its GPU, and checks a real computation against the CPU',
  args: {},
  async run(_, tools) {
    const found = await examine(tools);
    const quantum = found.timestampQuantum;
    const text = table([
      ['node', process.version],
      ['runtime', found.about],
      ['adapter', adapterName(found.adapter)],
      ['features', found.features.join(', ')],
      ['used by the engine', found.used.join(', ') || 'none of the optional ones'],
      ...Object.entries(found.limits).map(([name, value]) => [name, value.toLocaleString('en-US')]),
      ['timestamp quantum', quantum === null ? 'no timestamps' : `${quantum.toLocaleString('en-US')} ns`],
      ['check', verdict(found)],
    ]);
    return { text, json: { node: process.version, ...found }, ok: found.ok };
  },
});
