import { adapterName } from '../../gpu/device.js';
import { workedExample } from '../../graph/dense/example.js';
import type { EquivalenceReport } from '../../page/jobs/equivalence.js';
import { command, UsageError } from '../command.js';
import { exampleText } from '../example_text.js';
import { Files, MODEL_ARGS, modelOptions, parseSize } from '../model_args.js';
import { filesText, mebibytes } from '../run_text.js';
import { table } from '../table.js';

/** GFLOP that a software adapter does in about half a minute. */
const BUDGET = 100;

const { net: _, tuning: _tuning, ...OTHER_MODEL_ARGS } = MODEL_ARGS;

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`${option} ${text}: should be a number above 0`);
  return value;
}

const relative = (value: number | null): string =>
  value === null ? 'no cell' : value === 0 ? '0' : value.toExponential(1);

function reportText(r: EquivalenceReport, out: string): string {
  const size = (p: readonly number[]) => p.join(' x ');
  const rows = r.ways.map((way) => [
    way.name,
    relative(way.everywhere),
    relative(way.onImage),
    `${(100 * way.sameClass).toFixed(2)}%`,
    way.ms.toFixed(1),
    way.gflop.toFixed(3),
    mebibytes(way.peakBytes),
  ]);
  return [
    table([
      ['adapter', adapterName(r.adapter)],
      [
        'net',
        `${r.net}, up to its coarse scores, ${r.seeded ? 'weights seeded at random' : 'weights from file'}`,
      ],
      ['image', `${size(r.image)} pixels`],
      ['stride', `${size(r.stride.coarse)} pixels, divided by ${size(r.factor)}: ${size(r.stride.dense)}`],
      ['maps', `${size(r.map)} cells; the pictures show class ${r.class}`],
      ['on the image', `the receptive fields of ${(100 * r.mask.share).toFixed(1)}% of the cells`],
    ]),
    table([['map', 'differs', 'on the image', 'same class', 'ms', 'GFLOP', 'memory'], ...rows]),
    'differs: most from the rarefied net, of its largest value; on the image: where no padding is seen',
    filesText(out, [...r.ways.map(({ file }) => file), r.mask.file]),
  ].join('\n\n');
}

export const equivalence = command({
  name: 'equivalence',
  description: 'Shift-and-stitch is filter rarefaction: runs a net both ways, and compares',
  args: {
    net: { type: 'positional', required: false, description: 'a net that is built in code: fcn32s, ...' },
    stride: {
      type: 'string',
      description: "what to divide the net's stride by: f for f x f shifts; all of it without",
      valueHint: 'F',
    },
    budget: {
      type: 'string',
      default: `${BUDGET}`,
      description: 'refuse when the plans take more than so many GFLOP together',
      valueHint: 'GFLOP',
    },
    size: {
      type: 'string',
      description: "of the picture; the net's own, or 97x97, without",
      valueHint: 'HxW',
    },
    ...OTHER_MODEL_ARGS,
    example: { type: 'boolean', description: 'work the example of the talk on the CPU instead' },
  },
  async run(args, tools) {
    if (args.example) {
      const example = { floor: workedExample(false), ceil: workedExample(true) };
      const text = [exampleText(example.floor, 'down'), exampleText(example.ceil, 'up')].join('\n\n\n');
      return { text, json: example };
    }
    const files = new Files();
    const factor = args.stride === undefined ? undefined : Number(args.stride);
    if (factor !== undefined && !(Number.isSafeInteger(factor) && factor >= 1))
      throw new UsageError(`--stride ${args.stride}: should be an integer of at least 1`);
    const report = await tools.run(
      'equivalence',
      {
        ...modelOptions(args, files),
        ...(factor !== undefined && { factor }),
        ...(args.size && { size: parseSize('--size', args.size) }),
        budget: positive('--budget', args.budget),
      },
      { files: files.paths, outDir: args.out },
    );
    return { text: reportText(report, args.out), json: { ...report, out: args.out } };
  },
});
