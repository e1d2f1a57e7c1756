import { Graph } from '../graph/builder.js';
import { type FcnOptions, fcn32s, fcnVgg16 } from './fcn_vgg16.js';
import { head32s } from './heads.js';

/** The 40 classes of NYUDv2 (Gupta et al. 2013), without void. */
const CLASSES = 40;

/** FCN-32s on colour images. */
export const nyud32sRgb = (o: FcnOptions = {}): Graph =>
  fcn32s({ name: 'nyud-32s-rgb', classes: CLASSES, ...o });

/** FCN-32s on depth as an image of height, angle and disparity. */
export const nyud32sHha = (o: FcnOptions = {}): Graph =>
  fcn32s({ name: 'nyud-32s-hha', classes: CLASSES, ...o });

/** Early fusion: FCN-32s whose first layer sees colour and the logarithm of depth. */
export function nyud32sRgbd(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'nyud-32s-rgbd');
  const data = g.concat('data', [g.input('color', 3), g.input('depth', 1)]);
  const taps = fcnVgg16(g, data, { ...o, first: 'conv1_1_bgrd' });
  g.output(head32s(g, taps, { classes: o.classes ?? CLASSES }));
  return g;
}

/** The two trunks of late fusion, one for colour and one for HHA, on images of one size. */
function colorAndHha(g: Graph, o: FcnOptions) {
  const color = fcnVgg16(g, g.input('color', 3), { ...o, suffix: 'color' });
  const hha = fcnVgg16(g, g.input('hha', 3), { ...o, suffix: 'hha' });
  return { color, hha };
}

/** Late fusion: the mean of the scores of a colour and an HHA net, upsampled in one step. */
export function nyud32sRgbHha(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'nyud-32s-rgb-hha');
  const out = o.classes ?? CLASSES;
  const { color, hha } = colorAndHha(g, o);
  const score_frcolor = g.conv('score_frcolor', color.fc7, { out, kernel: 1 });
  const score_frhha = g.conv('score_frhha', hha.fc7, { out, kernel: 1 });
  const score_fused = g.sum('score_fused', [score_frcolor, score_frhha], [0.5, 0.5]);
  const upscore = g.upsample('upscore', score_fused, { kernel: 64, stride: 32 });
  g.output(g.crop('score', upscore, color.data));
  return g;
}

/** Late fusion at stride 16: the mean scores of both pool4 are added, as FCN-16s adds its own. */
export function nyud16sRgbHha(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'nyud-16s-rgb-hha');
  const out = o.classes ?? CLASSES;
  const { color, hha } = colorAndHha(g, o);
  const score_frcolor = g.conv('score_frcolor', color.fc7, { out, kernel: 1 });
  const score_frhha = g.conv('score_frhha', hha.fc7, { out, kernel: 1 });
  const score_fused = g.sum('score_fused', [score_frcolor, score_frhha], [0.5, 0.5]);
  const upscore2 = g.upsample('upscore2', score_fused, { kernel: 4, stride: 2 });
  const score_pool4color = g.conv('score_pool4color', color.pool4, { out, kernel: 1 });
  const score_pool4hha = g.conv('score_pool4hha', hha.pool4, { out, kernel: 1 });
  const score_pool4 = g.sum('score_pool4', [score_pool4color, score_pool4hha], [0.5, 0.5]);
  const score_pool4c = g.crop('score_pool4c', score_pool4, upscore2);
  const fuse_pool4 = g.sum('fuse_pool4', [upscore2, score_pool4c]);
  const upscore16 = g.upsample('upscore16', fuse_pool4, { kernel: 32, stride: 16 });
  g.output(g.crop('score', upscore16, color.data));
  return g;
}
