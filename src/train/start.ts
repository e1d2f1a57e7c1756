import { UnsupportedError, WeightsError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { layerOf } from '../graph/parameters.js';
import { AT_ONCE_SCALES } from '../nets/heads.js';
import { seededWeights } from '../weights/seeded.js';
import {
  fillLayers,
  type Surgery,
  type SurgeryReport,
  sizeOf,
  transplant,
  zeroWeights,
} from '../weights/surgery.js';
import { earlyFusion } from '../weights/surgery_filters.js';
import type { Weights } from '../weights/weights.js';
import { isScale, layersWithWeights, plain } from './stages.js';

/** Where a net begins: its numbers, and where each tensor has them from. */
export interface Start {
  readonly weights: Weights;
  readonly report: SurgeryReport & {
    /** Filled by the seed, for want of a source. */
    readonly seeded: readonly string[];
    /** Zero, as the paper has every new score layer. */
    readonly zero: readonly string[];
    /** Score layers whose source has other classes: they are among the dropped, and begin anew. */
    readonly rescored: readonly Rescored[];
  };
}

/** A score layer of the source's that was dropped for its classes. */
export interface Rescored {
  readonly layer: string;
  /** Classes of the source, and of the net. */
  readonly from: number;
  readonly to: number;
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

/** Layers with weights behind which the outputs have none: what scores classes. */
function scoreLayers(graph: Graph): ReadonlySet<string> {
  const weighted = layersWithWeights(graph);
  const [found, seen] = [new Set<string>(), new Set<Node>()];
  const walk = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (weighted.has(node.name)) found.add(node.name);
    else for (const x of node.inputs) walk(x);
  };
  for (const output of graph.outputs.values()) walk(output);
  return found;
}

/** The two trunks of a late fusion, by the ends of their layers' names. */
const TRUNKS = ['color', 'hha'] as const;

interface Moved {
  readonly surgeries: readonly Surgery[];
  readonly rescored: readonly Rescored[];
}

/**
 * What comes from other nets: tensors by name; into two trunks from a net for each, or one for both; into a first
 * layer that sees depth from one that sees colour. Scores of other classes stay behind, unless they are wanted.
 * @throws WeightsError where nothing of a source fits
 */
function moved(graph: Graph, target: Weights, sources: readonly Weights[], scores: ScoreStart): Moved {
  const [first, ...more] = sources;
  if (!first) return { surgeries: [], rescored: [] };
  const fused = graph.has('conv1_1color') && !first.has('conv1_1color.weight');
  if (more.length > (fused ? 1 : 0))
    throw new UnsupportedError(
      `${graph.name}: weights of ${sources.length} files, should be of ${fused ? 'one or two' : 'one'}`,
    );
  const surgeries: Surgery[] = [];
  const rescored: Rescored[] = [];
  const scoring = scores === 'classifier' ? new Set<string>() : scoreLayers(graph);
  const onto = () => surgeries.at(-1)?.weights ?? target;
  const take = (source: Weights, suffix = '') => {
    const others = new Map<string, Rescored>();
    for (const [name, { dims }] of source) {
      const layer = layerOf(name) + suffix;
      const place = target.get(`${layer}.weight`);
      if (!name.endsWith('.weight') || !scoring.has(layer) || !place) continue;
      const [from = 0, to = 0] = [dims[0], place.dims[0]];
      if (from !== to && sizeOf(dims.slice(1)) === sizeOf(place.dims.slice(1)))
        others.set(layerOf(name), { layer, from, to });
    }
    const fitting = new Map([...source].filter(([name]) => !others.has(layerOf(name))));
    const { weights, report } = transplant(onto(), fitting, suffix);
    if (report.copied.length === 0) throw nothingFits(graph, source, target);
    const left = [...source.keys()].filter((name) => !fitting.has(name));
    surgeries.push({ weights, report: { ...report, dropped: [...report.dropped, ...left] } });
    rescored.push(...others.values());
  };
  if (fused) for (const [i, end] of TRUNKS.entries()) take(sources[i] ?? first, end);
  else take(first);
  if (graph.has('conv1_1_bgrd') && first.has('conv1_1.weight')) surgeries.push(earlyFusion(onto(), first));
  return { surgeries, rescored };
}

function nothingFits({ name }: Graph, source: Weights, target: Weights): WeightsError {
  const some = (weights: Weights) => {
    const names = [...weights.keys()];
    return `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`;
  };
  const [given = '?'] = source.keys();
  return new WeightsError(
    `${name}: none of the weights' tensors (${some(source) || 'there are none'}) is the net's, should be of ${some(target)}`,
    given,
  );
}

/**
 * The numbers of a net before it is trained: those of `sources` by name, at whatever dims (an inner product
 * becomes a convolution); the scales of a net that is trained at once; zeros in score layers, also where a source
 * has them for other classes; the rest by the seed.
 * @throws WeightsError for a source of which nothing fits, or another tensor of other sizes
 */
export function startWeights(
  graph: Graph,
  sources: readonly Weights[],
  { seed, scores = 'zero' }: { readonly seed: number; readonly scores?: ScoreStart },
): Start {
  const target = zeroWeights(graph);
  const given = scores === 'classifier' ? sources.map((source) => withScores(graph, source)) : sources;
  const { surgeries: made, rescored } = moved(graph, target, given, scores);
  const found = new Set(made.flatMap(({ report }) => report.copied));
  const scales = Object.fromEntries(
    [...layersWithWeights(graph)]
      .filter((layer) => isScale(layer) && !found.has(`${layer}.weight`))
      .map((layer) => [layer, AT_ONCE_SCALES[plain(layer)]!]),
  );
  const isNorm = (name: string) => graph.node(layerOf(name)).kind === 'batch_norm';
  const filled = fillLayers(made.at(-1)?.weights ?? target, scales).weights;
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
  return { weights: filled, report: { copied: [...found], coerced, dropped, seeded, zero, rescored } };
}
