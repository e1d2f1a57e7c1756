import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { head32s } from './heads.js';
import { narrow } from './narrow.js';

/** Output channels of an inception's convolutions; `reduce` stands before the larger windows. */
interface Inception {
  readonly one: number;
  readonly three: readonly [reduce: number, out: number];
  readonly five: readonly [reduce: number, out: number];
  readonly pool: number;
}

/** Departures from BVLC's GoogLeNet. */
export interface GooglenetOptions {
  /** Share of the channels of every layer; 1 is GoogLeNet. */
  readonly width?: number;
  /** Padding of conv1: 3 in the classifier. */
  readonly pad?: number;
}

/** GoogLeNet up to inception_5b/output (Szegedy et al. 2014), by the names of BVLC's model. */
export function googlenet(g: Graph, data: Node, { width = 1, pad = 3 }: GooglenetOptions = {}): Node {
  const conv = (name: string, x: Node, out: number, kernel = 1) =>
    g.conv(name, x, { out: narrow(out, width), kernel, pad: (kernel - 1) / 2, relu: true });
  const pool = (name: string, x: Node) => g.maxPool(name, x, { kernel: 3, stride: 2, ceil: true });
  const norm = (name: string, x: Node) => g.lrn(name, x, { size: 5, alpha: 1e-4, beta: 0.75 });
  const inception = (name: string, x: Node, { one, three, five, pool: proj }: Inception) => {
    const by1 = conv(`${name}/1x1`, x, one);
    const by3 = conv(`${name}/3x3`, conv(`${name}/3x3_reduce`, x, three[0]), three[1], 3);
    const by5 = conv(`${name}/5x5`, conv(`${name}/5x5_reduce`, x, five[0]), five[1], 5);
    const pooled = g.maxPool(`${name}/pool`, x, { kernel: 3, pad: 1, ceil: true, clip: true });
    return g.concat(`${name}/output`, [by1, by3, by5, conv(`${name}/pool_proj`, pooled, proj)]);
  };

  const conv1 = g.conv('conv1/7x7_s2', data, {
    out: narrow(64, width),
    kernel: 7,
    stride: 2,
    pad,
    relu: true,
  });
  const norm1 = norm('pool1/norm1', pool('pool1/3x3_s2', conv1));
  const conv2 = conv('conv2/3x3', conv('conv2/3x3_reduce', norm1, 64), 192, 3);
  const pool2 = pool('pool2/3x3_s2', norm('conv2/norm2', conv2));

  const i3a = inception('inception_3a', pool2, { one: 64, three: [96, 128], five: [16, 32], pool: 32 });
  const i3b = inception('inception_3b', i3a, { one: 128, three: [128, 192], five: [32, 96], pool: 64 });
  const pool3 = pool('pool3/3x3_s2', i3b);

  const i4a = inception('inception_4a', pool3, { one: 192, three: [96, 208], five: [16, 48], pool: 64 });
  const i4b = inception('inception_4b', i4a, { one: 160, three: [112, 224], five: [24, 64], pool: 64 });
  const i4c = inception('inception_4c', i4b, { one: 128, three: [128, 256], five: [24, 64], pool: 64 });
  const i4d = inception('inception_4d', i4c, { one: 112, three: [144, 288], five: [32, 64], pool: 64 });
  const i4e = inception('inception_4e', i4d, { one: 256, three: [160, 320], five: [32, 128], pool: 128 });
  const pool4 = pool('pool4/3x3_s2', i4e);

  const i5a = inception('inception_5a', pool4, { one: 256, three: [160, 320], five: [32, 128], pool: 128 });
  return inception('inception_5b', i5a, { one: 384, three: [192, 384], five: [48, 128], pool: 128 });
}

/** The last pool of the classifier, whose window is the whole map there. */
const averagePool = (g: Graph, x: Node): Node =>
  g.avgPool('pool5/7x7_s1', x, { kernel: 7, ceil: true, countPad: true });

/** The classifier of 224 x 224 pixels, with its last loss layer alone. */
export function googlenetClassifier({
  width = 1,
  classes = 1000,
}: {
  width?: number;
  classes?: number;
} = {}): Graph {
  const g = new Graph('googlenet');
  const inception5b = googlenet(g, g.input('data', 3, [224, 224]), { width });
  const pool5 = averagePool(g, inception5b);
  const classifier = g.innerProduct('loss3/classifier', pool5, { out: classes });
  g.output(g.softmax('prob', classifier));
  return g;
}

/**
 * FCN-GoogLeNet: without the average pool (section 4.1 of the paper), scores at stride 32. conv1 is padded by
 * 100 as in the nets that the authors released; 3, as in the classifier, suits images of at least 31 pixels.
 * `pooled` keeps the average pool, with which a score sees the 907 pixels of the paper's Table 1.
 */
export function fcnGooglenet({
  classes = 21,
  width = 1,
  pad = 100,
  pooled = false,
}: {
  classes?: number;
  width?: number;
  pad?: number;
  pooled?: boolean;
} = {}): Graph {
  const g = new Graph('fcn-googlenet');
  const data = g.input('data', 3);
  const inception5b = googlenet(g, data, { width, pad });
  const fc7 = pooled ? averagePool(g, inception5b) : inception5b;
  g.output(head32s(g, { data, fc7 }, { classes, kernel: 63 }));
  return g;
}
