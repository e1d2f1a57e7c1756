import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYOUTS } from '../../data/open.js';
import { parseSpec } from '../../data/spec.js';
import { PAPER_TABLES } from '../../metrics/paper.js';
import { classesCsv, confusionCsv, scoresCsv, trimapCsv } from '../../metrics/report.js';
import type { EvaluateReport } from '../../page/jobs/evaluate.js';
import type { HeadReport } from '../../train/head_counts.js';
import { command } from '../command.js';
import { filesOf } from '../data_files.js';
import { Files, MODEL_ARGS, modelOptions, parseSize } from '../model_args.js';
import { filesText, netText } from '../run_text.js';
import { table } from '../table.js';

/**
 * Where the server of PASCAL VOC looks for the labels of a split: "comp6" is a method trained on any data.
 * @param source the folder of the data, whose year it is where its path says one.
 */
function submission(split: string, source: string): string {
  const year = source.match(/VOC20\d\d/g)?.at(-1) ?? 'VOC2012';
  return join('results', year, 'Segmentation', `comp6_${split}_cls`);
}

const percent = (value: number | null): string => (value === null ? '-' : (100 * value).toFixed(1));

const METRICS = ['pixel acc', 'mean acc', 'mean IU', 'f.w. IU'] as const;

/** Widths of bands around borders whose scores are printed; the files have all. */
const WIDTHS: readonly number[] = [1, 2, 4, 8, 16, 32, 40];

/** The head's scores, the paper's below where it scores such a data set, around borders, and each class. */
export function headText(head: HeadReport, { data, net }: Pick<EvaluateReport, 'data' | 'net'>): string {
  const { pixelAcc, meanAcc, meanIU, fwIU, perClass } = head;
  const paper = PAPER_TABLES[data];
  const known = paper && (data !== 'voc' || perClass.length === 21) ? paper : null;
  const percents = (...values: (number | undefined)[]) => values.map((value) => value?.toFixed(1) ?? '-');
  const rows = (known?.rows ?? [])
    .filter(({ geometric }) => head.suffix !== '_geo' || geometric)
    .map((row) => [
      `the paper's ${row.net}`,
      ...(head.suffix === '_geo'
        ? percents(row.geometric, undefined, undefined, undefined)
        : percents(row.pixelAcc, row.meanAcc, row.meanIU, row.fwIU)),
    ]);
  const bands = head.trimap?.filter(({ width }) => WIDTHS.includes(width)) ?? [];
  return [
    table([
      [head.suffix ? `% of ${head.suffix.slice(1)}` : '%', ...METRICS, 'boundary IU'],
      [net, ...[pixelAcc, meanAcc, meanIU, fwIU, head.boundaryIU].map(percent)],
      ...rows,
    ]),
    ...(known && rows.length > 0 ? [`the paper's: ${known.title}`] : []),
    ...(bands.length > 0
      ? [
          table([
            ['pixels from a border', ...bands.map(({ width }) => `${width}`)],
            ['mean IU', ...bands.map(({ meanIU }) => percent(meanIU))],
          ]),
        ]
      : []),
    table([
      ['class', 'pixels', 'acc', 'IU'],
      ...perClass.map(({ label, name, pixels, acc, iu }) => [
        `${label} ${name ?? ''}`,
        pixels.toLocaleString('en-US'),
        percent(acc),
        percent(iu),
      ]),
    ]),
  ].join('\n\n');
}

/** Writes the report as JSON and its tables as CSV. Returns the files' names. */
async function writeReport(report: EvaluateReport, out: string): Promise<string[]> {
  const files: Record<string, string> = { 'eval.json': `${JSON.stringify(report)}\n` };
  for (const head of report.labelled ? report.heads : []) {
    const counts = Float64Array.from(head.confusion.flat());
    const names = head.confusion.map((_, label) => head.perClass[label]?.name ?? `${label}`);
    files[`scores${head.suffix}.csv`] = scoresCsv(head);
    if (head.trimap) files[`trimap${head.suffix}.csv`] = trimapCsv(head.trimap);
    files[`classes${head.suffix}.csv`] = classesCsv(head);
    files[`confusion${head.suffix}.csv`] = confusionCsv({ classes: names.length, counts }, names);
  }
  await mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
  return Object.keys(files);
}

export const evaluation = command({
  name: 'eval',
  description:
    "Scores a net on a data set: pixel accuracy, mean accuracy, mean IU, f.w. IU, and each class's",
  args: {
    data: {
      type: 'string',
      required: true,
      description: Object.values(LAYOUTS)
        .map(({ usage }) => usage)
        .join(' or '),
      valueHint: 'SPEC',
    },
    split: { type: 'string', default: 'val', description: 'of the data set', valueHint: 'NAME' },
    ...MODEL_ARGS,
    size: {
      type: 'string',
      description: "stretch pictures to this for the net; labels are scored at the pictures' own size",
      valueHint: 'HxW',
    },
    predictions: {
      type: 'string',
      description:
        'write the labels of each picture as an indexed PNG, in the folders of a submission to VOC; test sets without labels have labels=none in --data',
      valueHint: 'DIR',
    },
    out: {
      type: 'string',
      default: 'out',
      description: 'folder for the scores as JSON and CSV',
      valueHint: 'DIR',
    },
  },
  async run(args, tools) {
    const files = new Files();
    const spec = parseSpec(args.data, LAYOUTS);
    const labels = args.predictions && join(args.predictions, submission(args.split, spec.source));
    const report = await tools.run(
      'evaluate',
      {
        ...modelOptions(args, files),
        data: args.data,
        split: args.split,
        ...(args.size && { size: parseSize('--size', args.size) }),
        detail: 'borders',
        predictions: Boolean(labels),
      },
      {
        files: files.paths,
        data: filesOf(spec),
        ...(labels && { outDir: labels }),
      },
    );
    const written = await writeReport(report, args.out);
    const { heads, images, split, data, labelled, ms } = report;
    const [{ pixelAcc, meanAcc, meanIU, fwIU, perClass }] = heads as [HeadReport];
    const text = [
      netText(report),
      table([
        ['data', `${data}, ${split}: ${images} pictures`],
        ['time', `${(ms / 1000).toFixed(1)} s in the net, ${(ms / images).toFixed(0)} ms a picture`],
      ]),
      ...(labelled
        ? heads.map((head) => headText(head, report))
        : ['not scored: these pictures have no labels']),
      filesText(args.out, written),
      ...(labels ? [`wrote  ${images} label files to ${labels}`] : []),
    ].join('\n\n');
    return { text, json: { pixelAcc, meanAcc, meanIU, fwIU, perClass, ...report, out: args.out } };
  },
});
