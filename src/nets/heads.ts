import type { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';

/** Where a head reads: the finer layers are for skips. */
export interface Taps {
  /** The image, whose size the scores get. */
  readonly data: Node;
  /** Stride 8. */
  readonly pool3: Node;
  /** Stride 16. */
  readonly pool4: Node;
  /** Stride 32, the layer before the scores. */
  readonly fc7: Node;
}

/** What a head predicts. */
export interface HeadOptions {
  readonly classes: number;
  /** Behind the name of each of its layers, where a net has several heads. */
  readonly suffix?: string;
  /**
   * Scales pool4 and pool3 before they are scored, by `<name>.weight` per channel, so that all streams learn
   * at once: see `AT_ONCE_SCALES`.
   */
  readonly atOnce?: boolean;
  /**
   * What is cropped before a sum: the finer scores, as in the paper, whose padding lets the upsampled ones lie inside
   * them; or the upsampled ones, in a trunk whose maps cover the image and no more.
   */
  readonly crops?: 'finer' | 'upsampled';
  /** How scores of two strides become one: `sum` by default, as in the paper, or the larger of both. */
  readonly fusion?: Fusion;
}

/** What the paper does, and what it found to learn worse (section 4.2). */
export const FUSIONS = ['sum', 'max'] as const;
export type Fusion = (typeof FUSIONS)[number];

/**
 * The fixed factors of a net that is trained at once, which make up for the range of its layers: those of FCN-8s as
 * released, and those of FCN-SqueezeNet, whose maps are all of the range of VGG16's pool4.
 */
export const AT_ONCE_SCALES: Readonly<Record<string, number>> = {
  scale_pool4: 0.01,
  scale_pool3: 0.0001,
  scale_fr: 0.01,
  scale_pool1: 0.01,
};

/**
 * Scores at stride 32, upsampled in one step. An even kernel suits trunks of even windows, as VGG16; where
 * the strided windows are odd, cells lie on whole pixels, and so must the kernel's centre.
 */
export function head32s(
  g: Graph,
  { data, fc7 }: Pick<Taps, 'data' | 'fc7'>,
  { classes, suffix: s = '', kernel = 64 }: HeadOptions & { readonly kernel?: 63 | 64 },
): Node {
  const score_fr = g.conv(`score_fr${s}`, fc7, { out: classes, kernel: 1 });
  const upscore = g.upsample(`upscore${s}`, score_fr, { kernel, stride: 32 });
  return g.crop(`score${s}`, upscore, data);
}

/** Scores at stride 16: those of stride 32 upsampled twice, plus those of pool4. */
export function head16s(g: Graph, taps: Omit<Taps, 'pool3'>, o: HeadOptions): Node {
  const { suffix: s = '' } = o;
  const fuse_pool4 = fusePool4(g, taps, o);
  const upscore16 = g.upsample(`upscore16${s}`, fuse_pool4, { kernel: 32, stride: 16 });
  return g.crop(`score${s}`, upscore16, taps.data);
}

/** Scores at stride 8: those of stride 16 upsampled twice, plus those of pool3. */
export function head8s(g: Graph, taps: Taps, o: HeadOptions): Node {
  const { classes, suffix: s = '', atOnce = false } = o;
  const fuse_pool4 = fusePool4(g, taps, o);
  const upscore_pool4 = g.upsample(`upscore_pool4${s}`, fuse_pool4, { kernel: 4, stride: 2 });
  const pool3 = atOnce ? g.scale(`scale_pool3${s}`, taps.pool3, { bias: false }) : taps.pool3;
  const score_pool3 = g.conv(`score_pool3${s}`, pool3, { out: classes, kernel: 1 });
  const fuse_pool3 = fuse(g, `fuse_pool3${s}`, upscore_pool4, score_pool3, o);
  const upscore8 = g.upsample(`upscore8${s}`, fuse_pool3, { kernel: 16, stride: 8 });
  return g.crop(`score${s}`, upscore8, taps.data);
}

function fusePool4(g: Graph, taps: Omit<Taps, 'pool3'>, o: HeadOptions): Node {
  const { classes, suffix: s = '', atOnce = false } = o;
  const score_fr = g.conv(`score_fr${s}`, taps.fc7, { out: classes, kernel: 1 });
  const upscore2 = g.upsample(`upscore2${s}`, score_fr, { kernel: 4, stride: 2 });
  const pool4 = atOnce ? g.scale(`scale_pool4${s}`, taps.pool4, { bias: false }) : taps.pool4;
  const score_pool4 = g.conv(`score_pool4${s}`, pool4, { out: classes, kernel: 1 });
  return fuse(g, `fuse_pool4${s}`, upscore2, score_pool4, o);
}

/** Scores upsampled and finer ones, as one map of where both are. */
export function fuse(
  g: Graph,
  name: string,
  coarse: Node,
  finer: Node,
  { crops = 'finer', fusion = 'sum' }: Pick<HeadOptions, 'crops' | 'fusion'> = {},
): Node {
  const both =
    crops === 'finer'
      ? [coarse, g.crop(`${finer.name}c`, finer, coarse)]
      : [g.crop(`${coarse.name}c`, coarse, finer), finer];
  return fusion === 'sum' ? g.sum(name, both) : g.add('binary', name, both, { op: 'max' });
}
