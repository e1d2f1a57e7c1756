import { adapterName } from '../../gpu/device.js';
import { CHECKPOINT } from '../../page/training.js';
import { command } from '../command.js';
import { duration } from '../duration.js';
import { filesText } from '../run_text.js';
import { table } from '../table.js';
import { TRAIN_ARGS } from '../train_args.js';
import { LOG, REPORT, trainRun } from '../train_run.js';
import { percent, showTraining } from '../train_text.js';

export const train = command({
  name: 'train',
  description:
    'Trains a net, or its stages one after another; writes models, a checkpoint, raw data and a report',
  args: TRAIN_ARGS,
  async run(args, tools) {
    const { run, adapter, settings } = await trainRun(args, tools, (event) => showTraining(event, tools));
    const stages = run.stages.flatMap(({ end }) => (end ? [end] : []));
    const rows = stages.flatMap(({ name, heads, seconds }) =>
      heads.map(({ suffix, scores: s }) => [
        `${name}${suffix}`,
        ...[s.pixelAcc, s.meanAcc, s.meanIU, s.fwIU].map(percent),
        duration(seconds),
      ]),
    );
    return {
      text: [
        table([['adapter', adapterName(adapter)]]),
        table([['net', 'pixel acc.', 'mean acc.', 'mean IU', 'f.w. IU', 'time'], ...rows]),
        filesText(args.out, [...stages.map(({ file }) => file), CHECKPOINT, LOG, REPORT]),
      ].join('\n\n'),
      json: { adapter, settings, stages, out: args.out },
    };
  },
});
