import type { Graph } from '../graph/builder.js';
import { alexnetClassifier, fcnAlexnet } from './alexnet.js';
import { type FcnOptions, fcn8s, fcn8sAtOnce, fcn16s, fcn32s, fcn32sFixed } from './fcn_vgg16.js';
import { fcnGooglenet, googlenetClassifier } from './googlenet.js';
import type { Fusion } from './heads.js';
import { NYUD_INPUTS, nyud } from './nyud.js';
import { fcnResnet } from './resnet.js';
import { siftflow } from './siftflow.js';
import { small, smallClassifier } from './small.js';
import { fcnSqueezenet } from './squeezenet.js';
import { vgg16Classifier } from './vgg16.js';

/** What every net can be told; see each net's own options for more. */
export interface NetOptions {
  readonly classes?: number;
  /** Classes of a second head, where the net has one. */
  readonly geometric?: number;
  /** Share of the channels of every trunk layer; 1 is the paper's net. */
  readonly width?: number;
  /** Padding of the first layer, where the net is one of the paper's. */
  readonly pad?: number;
  /** How skips fuse, where the net has some: by their sum, as in the paper, or the larger of both. */
  readonly fusion?: Fusion;
}

type Build<O> = (o?: O) => Graph;

/** The name of a net with another trunk than VGG16: `fcn8s` on small is `fcn-small-8s`. */
export const onTrunk = (net: string, trunk: string): string => net.replace(/-?(?=\d+s(?=$|-))/, `-${trunk}-`);

/** A net on VGG16, and on the small trunk. */
function onBoth(name: string, build: Build<FcnOptions & NetOptions>): Record<string, Build<NetOptions>> {
  const onSmall = onTrunk(name, 'small');
  return { [name]: build, [onSmall]: (o) => build(small(onSmall, o)) };
}

const nyudNets = (stride: 32 | 16) =>
  Object.assign(
    {},
    ...NYUD_INPUTS.map((input) => onBoth(`nyud-${stride}s-${input}`, (o) => nyud(stride, input, o))),
  );

/** The nets that are built in code, by the name that the command line uses. */
export const NETS: Readonly<Record<string, Build<NetOptions>>> = {
  ...onBoth('fcn32s', fcn32s),
  ...onBoth('fcn32s-fixed', fcn32sFixed),
  ...onBoth('fcn16s', fcn16s),
  ...onBoth('fcn8s', fcn8s),
  ...onBoth('fcn8s-atonce', fcn8sAtOnce),
  'fcn-alexnet': fcnAlexnet,
  'fcn-googlenet': fcnGooglenet,
  ...nyudNets(32),
  ...nyudNets(16),
  ...onBoth('siftflow-32s', (o) => siftflow(32, o)),
  ...onBoth('siftflow-16s', (o) => siftflow(16, o)),
  ...onBoth('siftflow-8s', (o) => siftflow(8, o)),
  'pascalcontext-32s': (o) => fcn32s({ name: 'pascalcontext-32s', classes: 60, ...o }),
  'pascalcontext-16s': (o) => fcn16s({ name: 'pascalcontext-16s', classes: 60, ...o }),
  'pascalcontext-8s': (o) => fcn8s({ name: 'pascalcontext-8s', classes: 60, ...o }),
  'fcn-resnet50': (o) => fcnResnet(50, o),
  'fcn-resnet101': (o) => fcnResnet(101, o),
  'fcn-squeezenet-16s': (o) => fcnSqueezenet(16, o),
  'fcn-squeezenet-8s': (o) => fcnSqueezenet(8, o),
  'fcn-squeezenet-4s': (o) => fcnSqueezenet(4, o),
  alexnet: (o) => alexnetClassifier({ ...o, normFirst: true }),
  caffenet: alexnetClassifier,
  vgg16: vgg16Classifier,
  small: smallClassifier,
  googlenet: googlenetClassifier,
};
