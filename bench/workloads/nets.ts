// Nets that the benchmark runs, or takes layers from, beside those of src/nets.

import { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import { alexnet } from '../../src/nets/alexnet.js';
import { googlenet } from '../../src/nets/googlenet.js';
import { vgg16 } from '../../src/nets/vgg16.js';

const CLASSES = 21;

/**
 * FCN-8s on an image whose sides are multiples of 32, nothing cropped: conv1_1 is padded by 1 and fc6 by 3, and each
 * upsampling by half its stride, so that an image of 224 pixels has maps of 224, 112, ... 7.
 */
export function fcn8sPad1(): Graph {
  const g = new Graph('fcn8s-pad1');
  const data = g.input('data', 3);
  const { pool3, pool4, pool5 } = vgg16(g, data, { pad: 1 });
  const fc6 = g.conv('fc6', pool5, { out: 4096, kernel: 7, pad: 3, relu: true });
  const fc7 = g.conv('fc7', fc6, { out: 4096, kernel: 1, relu: true });
  const score = (name: string, x: Node) => g.conv(name, x, { out: CLASSES, kernel: 1 });
  const up = (name: string, x: Node, stride: number) =>
    g.upsample(name, x, { kernel: 2 * stride, stride, pad: stride / 2 });
  const upscore2 = up('upscore2', score('score_fr', fc7), 2);
  const fuse_pool4 = g.sum('fuse_pool4', [upscore2, score('score_pool4', pool4)]);
  const upscore_pool4 = up('upscore_pool4', fuse_pool4, 2);
  const fuse_pool3 = g.sum('fuse_pool3', [upscore_pool4, score('score_pool3', pool3)]);
  g.output(up('upscore8', fuse_pool3, 8));
  return g;
}

/** Scores and their upsampling without a crop: the map of an unpadded trunk does not cover the image. */
function scored(g: Graph, fc7: Node): Graph {
  const score_fr = g.conv('score_fr', fc7, { out: CLASSES, kernel: 1 });
  g.output(g.upsample('upscore', score_fr, { kernel: 63, stride: 32 }));
  return g;
}

/** The layers of FCN-AlexNet on an unpadded image. */
export function alexnetUnpadded(): Graph {
  const g = new Graph('alexnet');
  const pool5 = alexnet(g, g.input('data', 3), { pad: 0 });
  const fc6 = g.conv('fc6', pool5, { out: 4096, kernel: 6, relu: true });
  return scored(g, g.conv('fc7', fc6, { out: 4096, kernel: 1, relu: true }));
}

/** The layers of FCN-GoogLeNet on an image padded by 3. */
export function googlenetUnpadded(): Graph {
  const g = new Graph('googlenet');
  return scored(g, googlenet(g, g.input('data', 3)));
}
