import { command } from '../command.js';
import { MODEL_ARGS } from '../model_args.js';
import { segmentImages, segmentText } from './segment.js';

export const start = command({
  name: 'start',
  description:
    'Sets up what is missing and runs a net: over the images, or over a picture that it draws itself',
  args: { image: { type: 'positional', description: 'PNG or JPEG files', required: false }, ...MODEL_ARGS },
  more: true,
  async run(args, tools) {
    const report = await segmentImages(args, args._, tools, { net: 'fcn8s', width: args.width ?? '0.25' });
    return { text: segmentText(report, args.out, false), json: { ...report, out: args.out } };
  },
});
