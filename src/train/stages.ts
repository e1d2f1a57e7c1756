import type { DataHead } from '../data/dataset.js';
import { ShapeError, UnsupportedError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { layerOf, parameters } from '../graph/parameters.js';
import { FIXED_LEARNS } from '../nets/fcn_vgg16.js';
import { AT_ONCE_SCALES } from '../nets/heads.js';
import { NETS, type NetOptions, onTrunk } from '../nets/index.js';

/** What is trained one after another: FCN-32s with a fixed trunk, FCN-32s, 16s, 8s; 4s where a trunk has it. */
export const STAGES = ['32s-fixed', '32s', '16s', '8s', '4s'] as const;
export type StageName = (typeof STAGES)[number];

/** The classes of a net for these heads of a data set: each head has its own. */
export function headClasses(heads: readonly Pick<DataHead, 'suffix' | 'names'>[]): NetOptions {
  const geometric = heads.length > 1 ? heads.find(({ suffix }) => suffix === '_geo') : undefined;
  const first = heads.find((head) => head !== geometric)!;
  return { classes: first.names.length, ...(geometric && { geometric: geometric.names.length }) };
}

/** One of the nets that are trained one after another. */
export interface Stage {
  /** In NETS. */
  readonly net: string;
  readonly graph: Graph;
  /** Layers that keep their numbers. */
  readonly frozen: readonly string[];
  /** Layers whose values are dropped at random while the net learns, as the classifier's were. */
  readonly dropped: readonly string[];
}

/** What the classifiers thin out: fc6 and fc7, behind their norms; the last map of GoogLeNet and of SqueezeNet. */
const DROPPED = /^((fc|relu)[67](color|hha)?|inception_5b\/output|fire9\/concat)$/;

/** The name in NETS of `net` at another stride, with another trunk: `fcn8s`, small, 32s is `fcn-small-32s`. */
export function stageNet(net: string, trunk: string, stage: StageName | null): string {
  const stride = stage === '32s-fixed' ? '32s' : stage;
  const placed = stride ? net.replace(/\d+s(?=$|-)/, stride) : net;
  if (stride && !/\d+s(?=$|-)/.test(net))
    throw new UnsupportedError(`net '${net}' at stage ${stage}: its name says no stride, should be as fcn8s`);
  const name = trunk === 'vgg16' ? placed : onTrunk(placed, trunk);
  if (trunk !== 'vgg16' && name === placed)
    throw new UnsupportedError(
      `net '${net}' on the trunk ${trunk}: its name says no stride, should be as fcn8s`,
    );
  if (!Object.hasOwn(NETS, name))
    throw new UnsupportedError(`net '${name}', should be one of ${Object.keys(NETS).join(', ')}`);
  return name;
}

/** A net to train, and what of it stays fixed. */
export function stageOf(net: string, stage: StageName | null, o: NetOptions): Stage {
  const graph = NETS[net]!(o);
  const onlyScores = stage === '32s-fixed' || /^fcn.*32s-fixed$/.test(net);
  const fixed = onlyScores ? (name: string) => !FIXED_LEARNS.includes(plain(name)) : isScale;
  const layers = layersWithWeights(graph);
  const dropped = graph.nodes
    .map(({ name }) => name)
    .filter(
      (name) => DROPPED.test(name) && !(name.startsWith('fc') && graph.has(name.replace('fc', 'relu'))),
    );
  return { net, graph, frozen: [...layers].filter(fixed), dropped };
}

/** The name of a layer without the head or the trunk that it is of. */
export const plain = (layer: string): string => layer.replace(/(color|hha|_sem|_geo)$/, '');

export const isScale = (layer: string): boolean => Object.hasOwn(AT_ONCE_SCALES, plain(layer));

export const layersWithWeights = (graph: Graph): ReadonlySet<string> =>
  new Set(parameters(graph).map(({ name }) => layerOf(name)));

/** Layers with weights by patterns of their names, in which * stands for any characters. @throws ShapeError for one without any */
export function layersNamed(graph: Graph, patterns: readonly string[]): string[] {
  const layers = [...layersWithWeights(graph)];
  return patterns.flatMap((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    const matches = layers.filter((layer) => new RegExp(`^${parts.join('.*')}$`).test(layer));
    if (matches.length === 0)
      throw new ShapeError(
        `${graph.name}: no layer '${pattern}' to freeze, should be of ${layers.join(', ')}`,
      );
    return matches;
  });
}
