import type { ArgsDef } from 'citty';
import type { TileOptions } from '../../graph/tiles/plan_tiles.js';
import type { SegmentOptions, SegmentReport } from '../../page/jobs/segment.js';
import { command, type Tools, UsageError } from '../command.js';
import {
  Files,
  MODEL_ARGS,
  type ModelArgs,
  modelOptions,
  parseBytes,
  parseSize,
  picture,
} from '../model_args.js';
import { filesText, layersText, netText, runText } from '../run_text.js';
import { table } from '../table.js';

const TILE_ARGS = {
  'max-bytes': {
    type: 'string',
    description: 'cut the image into tiles that take at most so much memory on the device, as in 512MiB',
    valueHint: 'N',
  },
  window: {
    type: 'string',
    description: 'cut the image into tiles, windows of at most so many pixels',
    valueHint: 'HxW',
  },
} as const satisfies ArgsDef;

interface TileArgs {
  readonly 'max-bytes'?: string | undefined;
  readonly window?: string | undefined;
}

function tileOptions({ 'max-bytes': bytes, window }: TileArgs): { tiles?: TileOptions } {
  if (bytes === undefined && window === undefined) return {};
  return {
    tiles: {
      ...(bytes !== undefined && { maxBytes: parseBytes('--max-bytes', bytes) }),
      ...(window !== undefined && { window: parseSize('--window', window) }),
    },
  };
}

/** What to take where no option names a net. */
interface Unnamed {
  readonly fallback?: ModelArgs;
  /** The picture, where none is named either. */
  readonly drawn?: SegmentOptions['images'][number];
}

const DRAWN = { file: null, name: 'test-picture' } as const;

/** Runs the segment job over pictures; none stands for one that the project draws itself. */
export function segmentImages(
  args: ModelArgs & TileArgs & { out: string; size?: string | undefined },
  images: readonly string[],
  tools: Tools,
  { fallback = {}, drawn = DRAWN }: Unnamed = {},
) {
  const files = new Files();
  const named = args.net || args.prototxt || args.model || args.caffemodel;
  const model = modelOptions(named ? args : { ...args, ...fallback }, files);
  const pictures = images.map((path) => picture(path, files));
  const names = pictures.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) throw new UsageError(`segment: two images named ${twice}, should write different files`);
  const options = {
    ...model,
    ...(args.size && { size: parseSize('--size', args.size) }),
    ...tileOptions(args),
    images: pictures.length > 0 ? pictures : [named ? DRAWN : drawn],
  };
  return tools.run('segment', options, { files: files.paths, outDir: args.out });
}

export function segmentText(report: SegmentReport, out: string, layers: boolean): string {
  const runs = report.runs.flatMap((run) => [
    runText(run),
    ...(run.picture[0] === run.height && run.picture[1] === run.width
      ? []
      : [
          `the picture of ${run.picture.join(' x ')} pixels was fitted to this size, and its labels to its own`,
        ]),
    legendText(run),
    ...(layers && !run.tiles ? [layersText(run.layers, run.resolutionMs)] : []),
    filesText(out, run.files),
  ]);
  return [netText(report), ...runs].join('\n\n');
}

const percent = (v: number | null): string => (v === null ? '' : `${(100 * v).toFixed(1)} %`);

/** Names and colours, largest share first; beside the exact labels of a scene all of them, with their IU. */
function legendText({ labels, scores: s }: SegmentReport['runs'][number]): string {
  if (!s)
    return table(
      labels.slice(0, 5).map((l) => ['label', l.name ?? l.index, l.color, percent(l.share)].map(String)),
    );
  const rows = labels.map((l) => [l.name ?? String(l.index), l.color, percent(l.share), percent(l.iu)]);
  const means = table([
    ['pixel accuracy', percent(s.pixelAcc)],
    ['mean IU', `${percent(s.meanIU)} of this picture alone`],
  ]);
  return `${table([['label', 'colour', 'share', 'IU'], ...rows])}\n\n${means}`;
}

export const segment = command({
  name: 'segment',
  description:
    'Labels each pixel of an image; writes the labels as an indexed PNG and their colours over the image',
  args: {
    image: { type: 'positional', description: 'a PNG or JPEG; more may follow', required: true },
    ...MODEL_ARGS,
    size: {
      type: 'string',
      description: 'stretch the image to this for the net; labels are of its own size',
      valueHint: 'HxW',
    },
    ...TILE_ARGS,
    layers: { type: 'boolean', description: 'print the time of each layer' },
  },
  more: true,
  async run(args, tools) {
    const { image, _: words, out, layers = false } = args;
    if (!image) throw new UsageError('segment: no image');
    const report = await segmentImages(args, words, tools, { fallback: { net: 'fcn8s' } });
    return { text: segmentText(report, out, layers), json: { ...report, out } };
  },
});
