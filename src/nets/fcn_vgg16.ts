import { Graph } from '../graph/builder.js';
import { narrow, vgg16 } from './vgg16.js';

/** Departures from the paper's net for PASCAL VOC: 21 classes, full width, conv1_1 padded by 100. */
export interface FcnOptions {
  readonly classes?: number;
  /** Share of the channels of every trunk layer; 1 is the paper's net. */
  readonly width?: number;
  /** Padding of conv1_1. */
  readonly pad?: number;
  /** Padding of fc6. */
  readonly fc6Pad?: number;
}

/**
 * FCN-8s on VGG16 (section 4.2 of the paper): predictions at stride 32 are upsampled twice, each time
 * summed with predictions from a finer layer, then upsampled eightfold. Crops follow from the layers'
 * places over the image.
 */
export function fcn8s({ classes = 21, width = 1, pad = 100, fc6Pad = 0 }: FcnOptions = {}): Graph {
  const g = new Graph('fcn8s');
  const data = g.input('data', 3);
  const { pool3, pool4, pool5 } = vgg16(g, data, { width, pad });
  const fc6 = g.conv('fc6', pool5, { out: narrow(4096, width), kernel: 7, pad: fc6Pad, relu: true });
  const fc7 = g.conv('fc7', fc6, { out: narrow(4096, width), kernel: 1, relu: true });
  const score_fr = g.conv('score_fr', fc7, { out: classes, kernel: 1 });

  const upscore2 = g.upsample('upscore2', score_fr, { kernel: 4, stride: 2 });
  const score_pool4 = g.conv('score_pool4', pool4, { out: classes, kernel: 1 });
  const score_pool4c = g.crop('score_pool4c', score_pool4, upscore2);
  const fuse_pool4 = g.sum('fuse_pool4', [upscore2, score_pool4c]);

  const upscore_pool4 = g.upsample('upscore_pool4', fuse_pool4, { kernel: 4, stride: 2 });
  const score_pool3 = g.conv('score_pool3', pool3, { out: classes, kernel: 1 });
  const score_pool3c = g.crop('score_pool3c', score_pool3, upscore_pool4);
  const fuse_pool3 = g.sum('fuse_pool3', [upscore_pool4, score_pool3c]);

  const upscore8 = g.upsample('upscore8', fuse_pool3, { kernel: 16, stride: 8 });
  g.output(g.crop('score', upscore8, data));
  return g;
}
