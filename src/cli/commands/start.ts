import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../command.js';
import { MODEL_ARGS, numberOf } from '../model_args.js';
import { filesText } from '../run_text.js';
import { scenePage } from '../scene_page.js';
import { segmentImages, segmentText } from './segment.js';

/** The model that the project trained on scenes; see the card beside it. */
const MODEL = fileURLToPath(new URL('../models/scenes-fcn8s.safetensors', import.meta.url));
const SIZE = 128;
const PAGE = 'scene.html';

export const start = command({
  name: 'start',
  description:
    'Sets up what is missing and labels pictures with the model that the project trained; a generated scene without any',
  args: {
    image: { type: 'positional', description: 'PNG or JPEG files', required: false },
    scene: {
      type: 'string',
      default: '2026',
      description: 'seed of the scene; the model learned from those of seed 1',
      valueHint: 'SEED',
    },
    ...MODEL_ARGS,
  },
  more: true,
  async run(args, tools) {
    const { _: images, out } = args;
    const seed = numberOf('--scene', args.scene, 0, 999_999_999, true)!;
    const drawn = { file: null, name: 'scene', scene: { seed, index: 0, h: SIZE, w: SIZE } };
    const report = await segmentImages(args, images, tools, { fallback: { model: MODEL }, drawn });
    const text = [segmentText(report, out, false)];
    const run = report.runs[0]!;
    if (run.scores) {
      writeFileSync(join(out, PAGE), scenePage(report, run, out));
      text.push(filesText(out, [PAGE]));
    }
    return { text: text.join('\n'), json: { ...report, out } };
  },
});
