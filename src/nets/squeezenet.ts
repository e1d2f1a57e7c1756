import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { fuse, type HeadOptions } from './heads.js';
import { narrow } from './narrow.js';

/** Departures from SqueezeNet v1.0. */
export interface SqueezenetOptions {
  /** Share of the channels of every layer; 1 is SqueezeNet. */
  readonly width?: number;
  /** Padding of conv1; none in the classifier. */
  readonly pad?: number;
}

/**
 * SqueezeNet v1.0 up to fire9 (Iandola et al. 2016), by the names of the model that Deep Compression published:
 * a fire squeezes by 1x1 and expands by 1x1 and 3x3.
 */
export function squeezenet(g: Graph, data: Node, { width = 1, pad = 0 }: SqueezenetOptions = {}) {
  const pool = (name: string, x: Node) => g.maxPool(name, x, { kernel: 3, stride: 2, ceil: true });
  const fire = (name: string, x: Node, squeeze: number, expand: number) => {
    const conv = (part: string, from: Node, out: number, kernel = 1) =>
      g.conv(`${name}/${part}`, from, { out: narrow(out, width), kernel, pad: (kernel - 1) / 2, relu: true });
    const squeezed = conv('conv1x1_1', x, squeeze);
    const [by1, by3] = [conv('conv1x1_2', squeezed, expand), conv('conv3x3_2', squeezed, expand, 3)];
    return g.concat(`${name}/concat`, [by1, by3]);
  };

  const conv1 = g.conv('conv1', data, { out: narrow(96, width), kernel: 7, stride: 2, pad, relu: true });
  const pool1 = pool('pool1', conv1);
  const fire4 = fire('fire4', fire('fire3', fire('fire2', pool1, 16, 64), 16, 64), 32, 128);
  const pool4 = pool('pool4', fire4);
  const fire6 = fire('fire6', fire('fire5', pool4, 32, 128), 48, 192);
  const pool8 = pool('pool8', fire('fire8', fire('fire7', fire6, 48, 192), 64, 256));
  return { pool1, pool4, fire9: fire('fire9', pool8, 64, 256) };
}

/** As the nets of the family. */
export interface FcnSqueezenetOptions extends SqueezenetOptions {
  readonly name?: string;
  readonly classes?: number;
  /** How skips fuse; see the heads. */
  readonly fusion?: HeadOptions['fusion'];
}

/**
 * Padding of conv1: with it the scores cover an image of any size from 1 pixel on. Windows are odd, so that
 * cells lie on whole pixels, and the upsampled scores exactly on the cells of the pools.
 */
const PAD = 10;

/**
 * FCN-SqueezeNet: scores at stride 16, and with skips from pool4 and pool1 at stride 8 and 4. Trained at once, so its
 * maps are scaled before they are scored: without norms they reach 10^3, and the scores would learn too fast.
 */
export function fcnSqueezenet(stride: 16 | 8 | 4, o: FcnSqueezenetOptions = {}): Graph {
  const { classes = 21, pad = PAD, width = 1 } = o;
  const g = new Graph(o.name ?? `fcn-squeezenet-${stride}s`);
  const data = g.input('data', 3);
  const { pool1, pool4, fire9 } = squeezenet(g, data, { width, pad });
  const score = (tap: string, x: Node) => {
    const scaled = g.scale(`scale_${tap}`, x, { bias: false });
    return g.conv(`score_${tap}`, scaled, { out: classes, kernel: 1 });
  };
  /** The scores twice as fine, and those of a pool. */
  const fused = (coarse: Node, pool: Node): Node => {
    const skip = score(pool.name, pool);
    const up = g.upsample(`upscore_${pool.name}`, coarse, { kernel: 3, stride: 2 });
    return fuse(g, `fuse_${pool.name}`, up, skip, {
      crops: 'upsampled',
      ...(o.fusion && { fusion: o.fusion }),
    });
  };
  let scores = score('fr', fire9);
  if (stride < 16) scores = fused(scores, pool4);
  if (stride < 8) scores = fused(scores, pool1);
  const upscore = g.upsample(`upscore${stride}`, scores, { kernel: 2 * stride - 1, stride });
  g.output(g.crop('score', upscore, data));
  return g;
}
