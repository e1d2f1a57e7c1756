import type { DataHead } from '../data/dataset.js';
import { UnsupportedError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { layerOf } from '../graph/parameters.js';
import { FIXED_LEARNS } from '../nets/fcn_vgg16.js';
import { AT_ONCE_SCALES } from '../nets/heads.js';
import { NETS, type NetOptions, onTrunk } from '../nets/index.js';
import { seededWeights } from '../weights/seeded.js';
import { fillLayers, type Surgery, type SurgeryReport, transplant, zeroWeights } from '../weights/surgery.js';
import { earlyFusion } from '../weights/surgery_filters.js';
import type { Weights } from '../weights/weights.js';

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
  const layers = new Set(layersWithWeights(graph));
  const dropped = graph.nodes
    .map(({ name }) => name)
    .filter(
      (name) => DROPPED.test(name) && !(name.startsWith('fc') && graph.has(name.replace('fc', 'relu'))),
    );
  return { net, graph, frozen: [...layers].filter(fixed), dropped };
}

/** The name of a layer without the head or the trunk that it is of. */
const plain = (layer: string): string => layer.replace(/(color|hha|_sem|_geo)$/, '');

const isScale = (layer: string): boolean => Object.hasOwn(AT_ONCE_SCALES, plain(layer));

const layersWithWeights = (graph: Graph): string[] => [...zeroWeights(graph).keys()].map(layerOf);

/** Where a net begins: its numbers, and where each tensor has them from. */
export interface Start {
  readonly weights: Weights;
  readonly report: SurgeryReport & {
    /** Filled by the seed, for want of a source. */
    readonly seeded: readonly string[];
    /** Zero, as the paper has every new score layer. */
    readonly zero: readonly string[];
  };
}

/** How scores that are new begin; `classifier`: those at stride 32 as what the source's last layer gives, else zero. */
export const SCORE_STARTS = ['zero', 'random', 'classifier'] as const;
export type ScoreStart = (typeof SCORE_STARTS)[number];

/** Layers of scores at stride 32, by whatever trunk. */
const COARSE_SCORES = /^score_fr(color|hha)?\b/;

/** A classifier whose fc8 is called as the scores that it becomes; a net that has those is left as it is. */
function withScores(graph: Graph, source: Weights): Weights {
  if ([...source.keys()].some((name) => COARSE_SCORES.test(name))) return source;
  if (!source.has('fc8.weight') || !graph.nodes.some(({ name }) => COARSE_SCORES.test(name)))
    throw new UnsupportedError(
      `${graph.name}: scores from a classifier, should be of a net with score_fr, from one with fc8`,
    );
  return new Map([...source].map(([name, tensor]) => [name.replace(/^fc8\./, 'score_fr.'), tensor]));
}

/** The two trunks of a late fusion, by the ends of their layers' names. */
const TRUNKS = ['color', 'hha'] as const;

/**
 * What comes from other nets: tensors by name; into two trunks from a net for each, or one for both; into a first
 * layer that sees depth from one that sees colour.
 */
function surgeries(graph: Graph, target: Weights, sources: readonly Weights[]): Surgery[] {
  const [first, ...more] = sources;
  if (!first) return [];
  const fused = graph.has('conv1_1color') && !first.has('conv1_1color.weight');
  if (more.length > (fused ? 1 : 0))
    throw new UnsupportedError(
      `${graph.name}: weights of ${sources.length} files, should be of ${fused ? 'one or two' : 'one'}`,
    );
  const made: Surgery[] = [];
  const onto = () => made.at(-1)?.weights ?? target;
  if (fused) for (const [i, end] of TRUNKS.entries()) made.push(transplant(onto(), sources[i] ?? first, end));
  else made.push(transplant(target, first));
  if (graph.has('conv1_1_bgrd') && first.has('conv1_1.weight')) made.push(earlyFusion(onto(), first));
  return made;
}

/**
 * The numbers of a net before it is trained: those of `sources` by name, at whatever dims (an inner product
 * becomes a convolution); the scales of a net that is trained at once; zeros in score layers; the rest by the seed.
 */
export function startWeights(
  graph: Graph,
  sources: readonly Weights[],
  { seed, scores = 'zero' }: { readonly seed: number; readonly scores?: ScoreStart },
): Start {
  const target = zeroWeights(graph);
  const given = scores === 'classifier' ? sources.map((source) => withScores(graph, source)) : sources;
  const made = surgeries(graph, target, given);
  const moved = made.at(-1);
  const found = new Set(made.flatMap(({ report }) => report.copied));
  const scales = Object.fromEntries(
    layersWithWeights(graph)
      .filter((layer) => isScale(layer) && !found.has(`${layer}.weight`))
      .map((layer) => [layer, AT_ONCE_SCALES[plain(layer)]!]),
  );
  const isNorm = (name: string) => graph.node(layerOf(name)).kind === 'batch_norm';
  const filled = fillLayers(moved?.weights ?? target, scales).weights;
  const fresh = seededWeights(graph, seed);
  const [seeded, zero]: [string[], string[]] = [[], []];
  for (const name of target.keys()) {
    if (found.has(name) || scales[layerOf(name)] !== undefined) continue;
    if (name.startsWith('score') && scores !== 'random') zero.push(name);
    else {
      // Biases begin at zero, as Caffe's fillers have it, and a batch norm as one that changes nothing.
      const ones = isNorm(name) && /\.(weight|running_var)$/.test(name);
      const zeros = /\.(bias|running_mean)$/.test(name);
      if (ones) filled.get(name)!.data.fill(1);
      else if (!zeros) filled.set(name, fresh.get(name)!);
      (zeros ? zero : seeded).push(name);
    }
  }
  const coerced = made.flatMap(({ report }) => report.coerced);
  // The first layer of an early fusion has another name than its source.
  const dropped = [...new Set(made.flatMap(({ report }) => report.dropped))].filter(
    (name) => !found.has(name.replace('.', '_bgrd.')),
  );
  return { weights: filled, report: { copied: [...found], coerced, dropped, seeded, zero } };
}
