import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { head32s } from './heads.js';
import { narrow } from './narrow.js';

/** Departures from CaffeNet. */
export interface AlexnetOptions {
  /** Share of the channels of every trunk layer; 1 is CaffeNet. */
  readonly width?: number;
  /** Padding of conv1: 0 in the classifier, 100 in FCN. */
  readonly pad?: number;
  /** Normalises before the first two pools, as AlexNet does, and not behind them, as CaffeNet does. */
  readonly normFirst?: boolean;
}

/** CaffeNet, or AlexNet (Krizhevsky et al. 2012), up to pool5; conv2, conv4 and conv5 are in two groups. */
export function alexnet(
  g: Graph,
  data: Node,
  { width = 1, pad = 0, normFirst = false }: AlexnetOptions = {},
): Node {
  const conv = (name: string, x: Node, out: number, o: { kernel: number; pad: number; groups?: number }) =>
    g.conv(name, x, { ...o, out: narrow(out, width, 2), relu: true });
  const pool = (name: string, x: Node) => g.maxPool(name, x, { kernel: 3, stride: 2, ceil: true });
  const norm = (name: string, x: Node) => g.lrn(name, x, { size: 5, alpha: 1e-4, beta: 0.75 });
  const pooled = (i: 1 | 2, x: Node) =>
    normFirst ? pool(`pool${i}`, norm(`norm${i}`, x)) : norm(`norm${i}`, pool(`pool${i}`, x));

  const conv1 = g.conv('conv1', data, { out: narrow(96, width, 2), kernel: 11, stride: 4, pad, relu: true });
  const conv2 = conv('conv2', pooled(1, conv1), 256, { kernel: 5, pad: 2, groups: 2 });
  const conv3 = conv('conv3', pooled(2, conv2), 384, { kernel: 3, pad: 1 });
  const conv4 = conv('conv4', conv3, 384, { kernel: 3, pad: 1, groups: 2 });
  const conv5 = conv('conv5', conv4, 256, { kernel: 3, pad: 1, groups: 2 });
  return pool('pool5', conv5);
}

/** The classifier of 227 x 227 pixels: CaffeNet, which FCN-AlexNet is cast from, or AlexNet. */
export function alexnetClassifier({
  width = 1,
  classes = 1000,
  normFirst = false,
}: {
  width?: number;
  classes?: number;
  normFirst?: boolean;
} = {}): Graph {
  const g = new Graph(normFirst ? 'alexnet' : 'caffenet');
  const pool5 = alexnet(g, g.input('data', 3, [227, 227]), { width, normFirst });
  const fc6 = g.innerProduct('fc6', pool5, { out: narrow(4096, width), relu: true });
  const fc7 = g.innerProduct('fc7', fc6, { out: narrow(4096, width), relu: true });
  const fc8 = g.innerProduct('fc8', fc7, { out: classes });
  g.output(g.softmax('prob', fc8));
  return g;
}

/** FCN-AlexNet: CaffeNet cast to convolutions, scores at stride 32. */
export function fcnAlexnet({
  classes = 21,
  width = 1,
  pad = 100,
}: {
  classes?: number;
  width?: number;
  pad?: number;
} = {}): Graph {
  const g = new Graph('fcn-alexnet');
  const data = g.input('data', 3);
  const pool5 = alexnet(g, data, { width, pad });
  const fc6 = g.conv('fc6', pool5, { out: narrow(4096, width), kernel: 6, relu: true });
  const fc7 = g.conv('fc7', fc6, { out: narrow(4096, width), kernel: 1, relu: true });
  g.output(head32s(g, { data, fc7 }, { classes, kernel: 63 }));
  return g;
}
