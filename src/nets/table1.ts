import type { Graph } from '../graph/builder.js';
import { coarseScores } from '../graph/dense/coarse.js';
import { filterLayers, maxStride, placeOf } from '../graph/inspect/layers.js';
import { parameterCount } from '../graph/parameters.js';
import { fcnAlexnet } from './alexnet.js';
import { fcn32s } from './fcn_vgg16.js';
import { fcnGooglenet } from './googlenet.js';

/** What Table 1 of the paper says of a net. */
export interface Table1Paper {
  readonly convLayers: number;
  /** In millions. */
  readonly parameters: number;
  /** Pixels that a score sees. */
  readonly field: number;
  /** Pixels between scores before they are upsampled. */
  readonly stride: number;
  /** Forward time for 500 x 500 pixels on an NVIDIA Tesla K40c. */
  readonly ms: number;
}

/** The same of a graph. */
export interface Table1Computed {
  /** Layers with a filter on the longest path, and in all. */
  readonly convLayers: number;
  readonly allConvLayers: number;
  /** Without the fixed bilinear upsampling. */
  readonly parameters: number;
  readonly field: number;
  readonly stride: number;
}

/** One column of the table. */
export interface Table1Column {
  readonly title: string;
  /** Its name in `NETS`. */
  readonly net: string;
  readonly paper: Table1Paper;
  readonly computed: Table1Computed;
  /** The same net with a layer that the paper says it discards, where the paper's number needs it. */
  readonly variant?: { readonly keeps: string; readonly computed: Table1Computed };
}

/** Table 1 of the paper, but for the accuracies. */
export const TABLE1_PAPER = {
  'fcn-alexnet': { convLayers: 8, parameters: 57, field: 355, stride: 32, ms: 50 },
  fcn32s: { convLayers: 16, parameters: 134, field: 404, stride: 32, ms: 210 },
  'fcn-googlenet': { convLayers: 22, parameters: 6, field: 907, stride: 32, ms: 59 },
} as const satisfies Readonly<Record<string, Table1Paper>>;

/** What follows from a graph. */
export function table1Numbers(graph: Graph): Table1Computed {
  const { depth, all } = filterLayers(graph);
  const scores = coarseScores(graph).outputs.get('scores')!;
  return {
    convLayers: depth,
    allConvLayers: all,
    parameters: parameterCount(graph),
    field: placeOf(scores)![0].field,
    stride: maxStride(graph),
  };
}

/** Table 1 of the paper, computed from the nets. */
export const table1 = (): Table1Column[] => [
  column('FCN-AlexNet', 'fcn-alexnet', fcnAlexnet()),
  column('FCN-VGG16', 'fcn32s', fcn32s()),
  {
    ...column('FCN-GoogLeNet', 'fcn-googlenet', fcnGooglenet()),
    variant: { keeps: 'pool5/7x7_s1', computed: table1Numbers(fcnGooglenet({ pooled: true })) },
  },
];

const column = (title: string, net: keyof typeof TABLE1_PAPER, graph: Graph): Table1Column => ({
  title,
  net,
  paper: TABLE1_PAPER[net],
  computed: table1Numbers(graph),
});

/** Whether a computed number is the paper's; its parameters are in whole millions. */
export const agrees = (
  { paper, computed }: Pick<Table1Column, 'paper' | 'computed'>,
  key: keyof Omit<Table1Paper, 'ms'>,
): boolean => paper[key] === (key === 'parameters' ? Math.round(computed.parameters / 1e6) : computed[key]);
