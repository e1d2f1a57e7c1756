import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { narrow } from './narrow.js';

/** Departures from the paper's VGG16. */
export interface Vgg16Options {
  /** Share of the channels of every trunk layer; 1 is VGG16. */
  readonly width?: number;
  /** Padding of conv1_1: 1 in the classifier, 100 in FCN, where any image then gives at least one cell. */
  readonly pad?: number;
  /** Behind the name of each layer, where a net has several trunks. */
  readonly suffix?: string;
  /** Name of the first layer; another one where its weights are not those of VGG16. */
  readonly first?: string;
  /** Whether a batch norm follows each convolution, in place of its bias; VGG16 has none. */
  readonly norm?: boolean;
}

/** A convolution, or what takes its inputs whole, and ReLU; between them a batch norm, by the layer's number. */
export function normed(
  g: Graph,
  name: string,
  { norm = false, suffix = '' }: Pick<Vgg16Options, 'norm' | 'suffix'>,
  layer: (name: string, o: { readonly bias: boolean; readonly relu: boolean }) => Node,
): Node {
  const made = layer(`${name}${suffix}`, { bias: !norm, relu: !norm });
  if (!norm) return made;
  const number = name.replace(/^[a-z]+|_[a-z]+$/g, '');
  return g.relu(`relu${number}${suffix}`, g.batchNorm(`bn${number}${suffix}`, made));
}

/** VGG16 up to pool5 (Simonyan and Zisserman 2014): 3x3 convolutions with ReLU, 2x2 max-pools rounded up. */
export function vgg16(
  g: Graph,
  data: Node,
  { width = 1, pad = 1, suffix = '', first = 'conv1_1', norm = false }: Vgg16Options = {},
) {
  const conv = (layer: string, x: Node, out: number, border = 1) =>
    normed(g, layer, { norm, suffix }, (name, o) =>
      g.conv(name, x, { out: narrow(out, width), kernel: 3, pad: border, ...o }),
    );
  const pool = (name: string, x: Node) =>
    g.maxPool(`${name}${suffix}`, x, { kernel: 2, stride: 2, ceil: true });

  const conv1_1 = conv(first, data, 64, pad);
  const conv1_2 = conv('conv1_2', conv1_1, 64);
  const pool1 = pool('pool1', conv1_2);

  const conv2_1 = conv('conv2_1', pool1, 128);
  const conv2_2 = conv('conv2_2', conv2_1, 128);
  const pool2 = pool('pool2', conv2_2);

  const conv3_1 = conv('conv3_1', pool2, 256);
  const conv3_2 = conv('conv3_2', conv3_1, 256);
  const conv3_3 = conv('conv3_3', conv3_2, 256);
  const pool3 = pool('pool3', conv3_3);

  const conv4_1 = conv('conv4_1', pool3, 512);
  const conv4_2 = conv('conv4_2', conv4_1, 512);
  const conv4_3 = conv('conv4_3', conv4_2, 512);
  const pool4 = pool('pool4', conv4_3);

  const conv5_1 = conv('conv5_1', pool4, 512);
  const conv5_2 = conv('conv5_2', conv5_1, 512);
  const conv5_3 = conv('conv5_3', conv5_2, 512);
  const pool5 = pool('pool5', conv5_3);
  return { pool3, pool4, pool5 };
}

/** Departures from VGG16 for ImageNet. */
export interface ClassifierOptions {
  /** The graph's name. */
  readonly name?: string;
  readonly width?: number;
  readonly classes?: number;
  /** Channels of fc6 and fc7 at full width; 4096 in VGG16. */
  readonly hidden?: number;
  /** Whether batch norms stand in for biases; VGG16 has none. */
  readonly norm?: boolean;
  /** Rows and columns of the image, of which pool5 has a 32nd. */
  readonly side?: number;
}

/** The classifier that FCN-VGG16 is cast from: 224 x 224 pixels, fc6 to fc8 as inner products. */
export function vgg16Classifier({
  name = 'vgg16',
  width = 1,
  classes = 1000,
  hidden = 4096,
  norm = false,
  side = 224,
}: ClassifierOptions = {}): Graph {
  const g = new Graph(name);
  const data = g.input('data', 3, [side, side]);
  const { pool5 } = vgg16(g, data, { width, norm });
  const inner = (layer: string, x: Node) =>
    normed(g, layer, { norm }, (own, o) => g.innerProduct(own, x, { out: narrow(hidden, width), ...o }));
  const fc7 = inner('fc7', inner('fc6', pool5));
  g.output(g.innerProduct('fc8', fc7, { out: classes }));
  return g;
}
