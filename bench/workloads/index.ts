import type { Graph } from '../../src/graph/builder.js';
import { fcnAlexnet } from '../../src/nets/alexnet.js';
import { fcn8s, fcn16s, fcn32s } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { small } from '../../src/nets/small.js';
import type { Case } from '../../test/cases/case.js';
import { bilinear } from '../../test/cases/conv_transpose2d.js';
import { cases } from '../../test/cases/index.js';
import { comparedLayers } from '../../test/cases/layers.js';
import { resized } from '../../test/cases/resize.js';
import { backward } from './backward.js';
import { distinctLayers } from './distinct.js';
import { alexnetUnpadded, fcn8sPad1, googlenetUnpadded } from './nets.js';
import type { SetName, Workload } from './workload.js';

const image = (side: number) => ({ n: 1, c: 3, h: side, w: side });

const layer = (name: string, c: Case, o: Partial<Workload> = {}): Workload => ({
  name,
  work: { kind: 'layer', case: c },
  peers: 'everywhere',
  ...o,
});

const net = (name: string, graph: Graph, side: number, peers: Workload['peers']): Workload => ({
  name,
  work: { kind: 'net', graph, shape: image(side) },
  peers,
});

const layersOf = (prefix: string, graph: Graph, side: number, o: Partial<Workload> = {}): Workload[] =>
  [...distinctLayers(graph, image(side))].map(([name, c]) => layer(`${prefix} ${name}`, c, o));

/** The layers that engines are compared on, one whole net, and the net for machines without a GPU. */
const quick = (): Workload[] => [
  ...Object.entries(comparedLayers).map(([name, c]) => layer(name, c)),
  net('fcn-small-8s-224', fcn8s(small('fcn-small-8s')), 224, 'everywhere'),
  net('fcn8s-224-pad1', fcn8sPad1(), 224, 'everywhere'),
];

/** The FCN's own upsampling at 500 x 500, where 16 x 16 cells have scores, and the field's usual one. */
const upsampling = (): Workload[] => [
  layer('up2-256c', resized('256 maps from 120 to 240', [1, 256, 120, 120], { mode: 'bilinear', scale: 2 })),
  ...(
    [
      [2, 16],
      [8, 70],
      [16, 34],
      [32, 16],
    ] as const
  ).map(([stride, cells]) =>
    layer(
      `up${stride}-21c`,
      bilinear(`21 classes by ${stride}`, [1, 21, cells, cells], { kernel: 2 * stride, stride }),
    ),
  ),
];

const trainingStep = (): Workload => ({
  name: 'step-fcn32s-small',
  work: {
    kind: 'step',
    graph: fcn32s(small('fcn-small-32s', { classes: 11 })),
    shape: { n: 4, c: 3, h: 180, w: 240 },
    classes: 11,
  },
  peers: 'nowhere',
});

const full = (): Workload[] => [
  ...quick(),
  ...upsampling(),
  ...backward(),
  trainingStep(),
  net('fcn-alexnet-500', fcnAlexnet(), 500, 'hardware'),
  net('fcn-googlenet-500', fcnGooglenet(), 500, 'hardware'),
  net('fcn32s-500', fcn32s(), 500, 'hardware'),
  net('fcn16s-500', fcn16s(), 500, 'hardware'),
  net('fcn8s-500', fcn8s(), 500, 'hardware'),
  ...layersOf('vgg16-224', fcn8sPad1(), 224),
  ...layersOf('alexnet-224', alexnetUnpadded(), 224),
  ...layersOf('googlenet-224', googlenetUnpadded(), 224),
  ...layersOf('vgg16-500', fcn8s(), 500, { hardwareOnly: true }),
  ...layersOf('alexnet-500', fcnAlexnet(), 500, { hardwareOnly: true }),
  ...layersOf('googlenet-500', fcnGooglenet(), 500, { hardwareOnly: true }),
];

const operators = (): Workload[] => cases.map((c) => layer(c.name, c));

const MAKE: Readonly<Record<SetName, () => Workload[]>> = {
  quick,
  full,
  cases: operators,
  all: () => [...full(), ...operators()],
};

/**
 * The workloads of a set, in the order in which they run.
 * @param only keeps those of exactly these names; a name that none has keeps those that contain it
 */
export function workloads(set: SetName, only: readonly string[] = []): Workload[] {
  const made = MAKE[set]();
  if (only.length === 0) return made;
  const wanted = only.map((part) =>
    made.some(({ name }) => name === part)
      ? (name: string) => name === part
      : (name: string) => name.includes(part),
  );
  return made.filter(({ name }) => wanted.some((matches) => matches(name)));
}
