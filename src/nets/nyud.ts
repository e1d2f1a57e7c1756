import { Graph } from '../graph/builder.js';
import { type FcnOptions, fcnVgg16, headOf } from './fcn_vgg16.js';
import { fuse, head16s, head32s } from './heads.js';

/** The 40 classes of NYUDv2 (Gupta et al. 2013), without void. */
const CLASSES = 40;

/**
 * What a net for NYUDv2 sees: colour; colour and the logarithm of depth in its first layer, which is early fusion;
 * HHA, which is depth as an image of disparity, height and angle; colour and HHA in a trunk each, which is late fusion.
 */
export const NYUD_INPUTS = ['rgb', 'rgbd', 'hha', 'rgb-hha'] as const;
export type NyudInput = (typeof NYUD_INPUTS)[number];

/** NYUDv2 at stride 32 or 16. The authors released 16s of late fusion alone. */
export function nyud(stride: 32 | 16, input: NyudInput, options: FcnOptions = {}): Graph {
  const o = { classes: CLASSES, ...options };
  const g = new Graph(o.name ?? `nyud-${stride}s-${input}`);
  if (input === 'rgb-hha') return lateFusion(g, stride, o);
  const early = input === 'rgbd';
  const data = early ? g.concat('data', [g.input('color', 3), g.input('depth', 1)]) : g.input('data', 3);
  const taps = fcnVgg16(g, data, { ...o, ...(early && { first: 'conv1_1_bgrd' }) });
  g.output((stride === 32 ? head32s : head16s)(g, taps, headOf(o)));
  return g;
}

/** The mean of the scores of a colour and an HHA net, on images of one size; 16s adds that of both pool4. */
function lateFusion(g: Graph, stride: 32 | 16, o: FcnOptions & { readonly classes: number }): Graph {
  const color = fcnVgg16(g, g.input('color', 3), { ...o, suffix: 'color' });
  const hha = fcnVgg16(g, g.input('hha', 3), { ...o, suffix: 'hha' });
  const scored = (name: string, tap: 'fc7' | 'pool4', mean: string) => {
    const score = { out: o.classes, kernel: 1 };
    const parts = [g.conv(`${name}color`, color[tap], score), g.conv(`${name}hha`, hha[tap], score)];
    return g.sum(mean, parts, [0.5, 0.5]);
  };
  const score_fused = scored('score_fr', 'fc7', 'score_fused');
  if (stride === 32) {
    const upscore = g.upsample('upscore', score_fused, { kernel: 64, stride: 32 });
    g.output(g.crop('score', upscore, color.data));
    return g;
  }
  const upscore2 = g.upsample('upscore2', score_fused, { kernel: 4, stride: 2 });
  const score_pool4 = scored('score_pool4', 'pool4', 'score_pool4');
  const fuse_pool4 = fuse(g, 'fuse_pool4', upscore2, score_pool4, headOf(o));
  const upscore16 = g.upsample('upscore16', fuse_pool4, { kernel: 32, stride: 16 });
  g.output(g.crop('score', upscore16, color.data));
  return g;
}
