import { command, UsageError } from '../command.js';
import { Files, MODEL_ARGS, modelOptions, parseSize, picture } from '../model_args.js';
import { filesText, layersText, netText, runText } from '../run_text.js';
import { table } from '../table.js';

export const heatmap = command({
  name: 'heatmap',
  description:
    'Runs a classifier as a fully convolutional net over an image of any size: the top 5, and where a class is',
  args: {
    image: { type: 'positional', description: 'a PNG or JPEG', required: true },
    ...MODEL_ARGS,
    size: {
      type: 'string',
      description:
        'stretch the image first, half-pixel bilinear with antialiasing; the sides change each by its own factor',
      valueHint: 'HxW',
    },
    class: {
      type: 'string',
      description: 'index of the class to draw; the first of the top 5 without',
      valueHint: 'K',
    },
  },
  async run(args, tools) {
    const files = new Files();
    const index = args.class === undefined ? undefined : Number(args.class);
    if (index !== undefined && !(Number.isSafeInteger(index) && index >= 0))
      throw new UsageError(`--class ${args.class}: should be an integer of at least 0`);
    const report = await tools.run(
      'heatmap',
      {
        ...modelOptions(args, files),
        image: picture(args.image, files),
        ...(args.size && { size: parseSize('--size', args.size) }),
        ...(index !== undefined && { class: index }),
      },
      { files: files.paths, outDir: args.out },
    );
    const top = report.top5.map((t, i) => [`${i + 1}`, t.score.toFixed(4), t.name ?? `class ${t.index}`]);
    const { height, width } = report.heatmap;
    const text = [
      netText(report),
      runText(report),
      table([['map', `${height} x ${width} cells of ${report.heatmap.scale.join(' x ')} pixels`]]),
      table(top),
      layersText(report.layers, report.resolutionMs),
      filesText(args.out, report.files),
    ];
    return { text: text.join('\n\n'), json: { ...report, out: args.out } };
  },
});
