import { writeFileSync } from 'node:fs';
import { command } from '../command.js';
import {
  Files,
  MODEL_ARGS,
  NET_ARGS,
  netOptions,
  numberOf,
  parseSize,
  sessionOptions,
} from '../model_args.js';
import { tuneText } from '../tune_text.js';

const { preprocess: _preprocess, labels: _labels, ...OF_NET } = NET_ARGS;

/** Pixels of the image; seconds. */
const SIZE = '500x500';
const BUDGET = '60';

export const tune = command({
  name: 'tune',
  description:
    'Times the algorithms of a net on this adapter; --tuning of other commands takes what it writes',
  args: {
    ...OF_NET,
    memory: MODEL_ARGS.memory,
    limits: MODEL_ARGS.limits,
    size: { type: 'string', default: SIZE, description: 'of the image', valueHint: 'HxW' },
    budget: { type: 'string', default: BUDGET, description: 'seconds after which nothing more is begun' },
    all: { type: 'boolean', description: 'time every algorithm, not only those that may be fast' },
    out: { type: 'string', default: 'tuning.json', description: 'the record', valueHint: 'FILE' },
  },
  async run(args, tools) {
    const files = new Files();
    const report = await tools.run(
      'tune',
      {
        ...netOptions(args, files, 'fcn8s'),
        ...sessionOptions(args),
        size: parseSize('--size', args.size),
        budgetMs: 1000 * numberOf('--budget', args.budget, 0, 1e6)!,
        all: args.all ?? false,
      },
      { files: files.paths },
    );
    writeFileSync(args.out, `${JSON.stringify(report.tuning, null, 2)}\n`);
    return { text: tuneText(report, args.out), json: { ...report, out: args.out } };
  },
});
