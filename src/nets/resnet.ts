import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { narrow } from './narrow.js';

/** Departures from torchvision's nets, which were trained on the 21 classes of PASCAL VOC. */
export interface FcnResnetOptions {
  readonly classes?: number;
  /** Share of the channels of every layer; 1 is torchvision's net. */
  readonly width?: number;
  /** Whether to have the auxiliary head on layer3; true by default. */
  readonly aux?: boolean;
}

/**
 * FCN-ResNet as torchvision has it, by the names of its state dict: layer3 and layer4 dilate where ResNet
 * strides, so scores come at stride 8, and a bilinear resize brings them to the image.
 * @param depth 50 or 101 layers.
 */
export function fcnResnet(depth: 50 | 101, o: FcnResnetOptions = {}): Graph {
  const { classes = 21, width = 1, aux = true } = o;
  const g = new Graph(`fcn-resnet${depth}`);
  const data = g.input('data', 3);
  const channels = (full: number) => narrow(full, width);

  const conv1 = g.conv('backbone.conv1', data, {
    out: channels(64),
    kernel: 7,
    stride: 2,
    pad: 3,
    bias: false,
  });
  const relu = g.relu('backbone.relu', g.batchNorm('backbone.bn1', conv1));
  const pool = g.maxPool('backbone.maxpool', relu, { kernel: 3, stride: 2, pad: 1 });
  const layer1 = layer(g, 'backbone.layer1', pool, { blocks: 3, out: channels(64) });
  const layer2 = layer(g, 'backbone.layer2', layer1, { blocks: 4, out: channels(128), stride: 2 });
  const blocks = depth === 50 ? 6 : 23;
  const layer3 = layer(g, 'backbone.layer3', layer2, { blocks, out: channels(256), dilation: [1, 2] });
  const layer4 = layer(g, 'backbone.layer4', layer3, { blocks: 3, out: channels(512), dilation: [2, 4] });

  const out = head(g, 'classifier', layer4, { hidden: channels(512), classes });
  g.output(g.resizeTo('out', out, data, { mode: 'bilinear' }));
  if (aux) {
    const scores = head(g, 'aux_classifier', layer3, { hidden: channels(256), classes });
    g.output(g.resizeTo('aux', scores, data, { mode: 'bilinear' }));
  }
  return g;
}

interface LayerOptions {
  readonly blocks: number;
  /** Channels within a block; it puts out four times as many. */
  readonly out: number;
  /** Of the first block. */
  readonly stride?: number;
  /** Of the first block, and of the others. */
  readonly dilation?: readonly [first: number, rest: number];
}

/** Bottlenecks one after another, the first of which changes channels and stride. */
function layer(g: Graph, name: string, x: Node, o: LayerOptions): Node {
  const { blocks, out, stride = 1, dilation: [first, rest] = [1, 1] } = o;
  let y = bottleneck(g, `${name}.0`, x, { out, stride, dilation: first, downsample: true });
  for (let i = 1; i < blocks; i++)
    y = bottleneck(g, `${name}.${i}`, y, { out, stride: 1, dilation: rest, downsample: false });
  return y;
}

interface BottleneckOptions {
  readonly out: number;
  readonly stride: number;
  readonly dilation: number;
  /** Whether the shortcut is a convolution. */
  readonly downsample: boolean;
}

/** 1x1, 3x3 and 1x1 beside a shortcut (He et al. 2015); the 3x3 strides. */
function bottleneck(g: Graph, name: string, x: Node, o: BottleneckOptions): Node {
  const { out, stride, dilation, downsample } = o;
  const conv1 = g.conv(`${name}.conv1`, x, { out, kernel: 1, bias: false });
  const relu1 = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, conv1));
  const conv2 = g.conv(`${name}.conv2`, relu1, {
    out,
    kernel: 3,
    stride,
    dilation,
    pad: dilation,
    bias: false,
  });
  const relu2 = g.relu(`${name}.relu2`, g.batchNorm(`${name}.bn2`, conv2));
  const conv3 = g.conv(`${name}.conv3`, relu2, { out: 4 * out, kernel: 1, bias: false });
  const bn3 = g.batchNorm(`${name}.bn3`, conv3);
  const shortcut = downsample
    ? g.batchNorm(
        `${name}.downsample.1`,
        g.conv(`${name}.downsample.0`, x, { out: 4 * out, kernel: 1, stride, bias: false }),
      )
    : x;
  return g.relu(`${name}.relu`, g.sum(`${name}.sum`, [bn3, shortcut]));
}

/** Class scores of a map, at its own size. */
function head(g: Graph, name: string, x: Node, o: { hidden: number; classes: number }): Node {
  const conv = g.conv(`${name}.0`, x, { out: o.hidden, kernel: 3, pad: 1, bias: false });
  const relu = g.relu(`${name}.2`, g.batchNorm(`${name}.1`, conv));
  return g.conv(`${name}.4`, relu, { out: o.classes, kernel: 1 });
}
