import { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { type HeadOptions, head8s, head16s, head32s, type Taps } from './heads.js';
import { narrow } from './narrow.js';
import { normed, type Vgg16Options, vgg16 } from './vgg16.js';

/** Departures from the paper's nets for PASCAL VOC: 21 classes, full width, conv1_1 padded by 100. */
export interface FcnOptions {
  /** The graph's name. */
  readonly name?: string;
  readonly classes?: number;
  /** Share of the channels of every trunk layer; 1 is the paper's net. */
  readonly width?: number;
  /** Padding of conv1_1. */
  readonly pad?: number;
  /** Channels of fc6 and fc7 at full width; 4096 in VGG16. */
  readonly hidden?: number;
  /** Window of fc6: 7 in VGG16, whose numbers fit no other. */
  readonly fc6Kernel?: number;
  /** Padding of fc6: none in the paper, where that of conv1_1 makes up for its window. */
  readonly fc6Pad?: number;
  /** Whether batch norms stand in for biases; the paper's nets have none. */
  readonly norm?: boolean;
  /** What skips crop, and how they fuse; see the heads. */
  readonly crops?: HeadOptions['crops'];
  readonly fusion?: HeadOptions['fusion'];
}

/** VGG16 cast to convolutions (section 4.1 of the paper), up to fc7. */
export function fcnVgg16(
  g: Graph,
  data: Node,
  {
    width = 1,
    pad = 100,
    hidden = 4096,
    fc6Kernel = 7,
    fc6Pad = 0,
    suffix = '',
    first,
    norm = false,
  }: FcnOptions & Vgg16Options = {},
): Taps {
  const out = narrow(hidden, width);
  const { pool3, pool4, pool5 } = vgg16(g, data, { width, pad, suffix, norm, ...(first && { first }) });
  const fc6 = normed(g, 'fc6', { norm, suffix }, (name, layer) =>
    g.conv(name, pool5, { out, kernel: fc6Kernel, pad: fc6Pad, ...layer }),
  );
  const fc7 = normed(g, 'fc7', { norm, suffix }, (name, layer) =>
    g.conv(name, fc6, { out, kernel: 1, ...layer }),
  );
  return { data, pool3, pool4, fc7 };
}

/** A head by the options of its net. */
export const headOf = ({ classes = 21, crops, fusion }: FcnOptions): HeadOptions => ({
  classes,
  ...(crops && { crops }),
  ...(fusion && { fusion }),
});

/** FCN-32s, which is FCN-VGG16: scores at stride 32, upsampled in one step. */
export function fcn32s(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'fcn32s');
  const taps = fcnVgg16(g, g.input('data', 3), o);
  g.output(head32s(g, taps, headOf(o)));
  return g;
}

/** FCN-32s-fixed: the same net, of which only `FIXED_LEARNS` is trained. */
export const fcn32sFixed = (o: FcnOptions = {}): Graph => fcn32s({ name: 'fcn32s-fixed', ...o });

/** The layers that FCN-32s-fixed trains: its trunk stays VGG16's (Table 2 of the paper). */
export const FIXED_LEARNS: readonly string[] = ['score_fr'];

/** FCN-16s (section 4.2): scores at stride 32 and those of pool4, summed at stride 16. */
export function fcn16s(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'fcn16s');
  const taps = fcnVgg16(g, g.input('data', 3), o);
  g.output(head16s(g, taps, headOf(o)));
  return g;
}

/** FCN-8s (section 4.2): those of FCN-16s and those of pool3, summed at stride 8. */
export function fcn8s(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'fcn8s');
  const taps = fcnVgg16(g, g.input('data', 3), o);
  g.output(head8s(g, taps, headOf(o)));
  return g;
}

/** FCN-8s trained at once instead of in stages: its finer layers are scaled by `AT_ONCE_SCALES`. */
export function fcn8sAtOnce(o: FcnOptions = {}): Graph {
  const g = new Graph(o.name ?? 'fcn8s-atonce');
  const taps = fcnVgg16(g, g.input('data', 3), o);
  g.output(head8s(g, taps, { ...headOf(o), atOnce: true }));
  return g;
}
