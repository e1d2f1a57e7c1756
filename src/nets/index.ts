import type { Graph } from '../graph/builder.js';
import { alexnetClassifier, fcnAlexnet } from './alexnet.js';
import { fcn8s, fcn8sAtOnce, fcn16s, fcn32s, fcn32sFixed } from './fcn_vgg16.js';
import { fcnGooglenet, googlenetClassifier } from './googlenet.js';
import { nyud16sRgbHha, nyud32sHha, nyud32sRgb, nyud32sRgbd, nyud32sRgbHha } from './nyud.js';
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
}

/** The nets that are built in code, by the name that the command line uses. */
export const NETS: Readonly<Record<string, (o?: NetOptions) => Graph>> = {
  fcn32s,
  'fcn32s-fixed': fcn32sFixed,
  fcn16s,
  fcn8s,
  'fcn8s-atonce': fcn8sAtOnce,
  'fcn-alexnet': fcnAlexnet,
  'fcn-googlenet': fcnGooglenet,
  'nyud-32s-rgb': nyud32sRgb,
  'nyud-32s-rgbd': nyud32sRgbd,
  'nyud-32s-hha': nyud32sHha,
  'nyud-32s-rgb-hha': nyud32sRgbHha,
  'nyud-16s-rgb-hha': nyud16sRgbHha,
  'siftflow-32s': (o) => siftflow(32, o),
  'siftflow-16s': (o) => siftflow(16, o),
  'siftflow-8s': (o) => siftflow(8, o),
  'pascalcontext-32s': (o) => fcn32s({ name: 'pascalcontext-32s', classes: 60, ...o }),
  'pascalcontext-16s': (o) => fcn16s({ name: 'pascalcontext-16s', classes: 60, ...o }),
  'pascalcontext-8s': (o) => fcn8s({ name: 'pascalcontext-8s', classes: 60, ...o }),
  'fcn-resnet50': (o) => fcnResnet(50, o),
  'fcn-resnet101': (o) => fcnResnet(101, o),
  'fcn-squeezenet-16s': (o) => fcnSqueezenet(16, o),
  'fcn-squeezenet-8s': (o) => fcnSqueezenet(8, o),
  'fcn-squeezenet-4s': (o) => fcnSqueezenet(4, o),
  'fcn-small-32s': (o) => fcn32s(small('fcn-small-32s', o)),
  'fcn-small-16s': (o) => fcn16s(small('fcn-small-16s', o)),
  'fcn-small-8s': (o) => fcn8s(small('fcn-small-8s', o)),
  alexnet: (o) => alexnetClassifier({ ...o, normFirst: true }),
  caffenet: alexnetClassifier,
  vgg16: vgg16Classifier,
  small: smallClassifier,
  googlenet: googlenetClassifier,
};
