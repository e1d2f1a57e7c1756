import { ShapeError } from '../../errors.js';
import type { Graph } from '../builder.js';
import type { KindName, Node } from '../node.js';
import { convolutionalise, scoreMap, upTo } from '../rewrite.js';

const UPSAMPLING: ReadonlySet<KindName> = new Set<KindName>([
  ...(['upsample', 'conv_transpose2d', 'resize', 'resize_to'] as const),
]);

/**
 * A net up to its coarse map of scores, as its only output `scores`: what its first output is made of before the
 * first layer that upsamples, without a softmax or a global average pool at the end. Inner products become
 * convolutions and inputs of any size run. This is the net that `rarefy` and `shiftAndStitch` make dense.
 */
export function coarseScores(graph: Graph): Graph {
  const [output] = graph.outputs.values();
  if (!output) throw new ShapeError(`${graph.name}: no outputs, should have one`);
  const whole = upTo(graph, new Map([['scores', output]]));
  const upsampling = whole.nodes.find((node) => UPSAMPLING.has(node.kind));
  const coarse: Node = upsampling ? upsampling.inputs[0]! : whole.outputs.get('scores')!;
  return convolutionalise(scoreMap(upTo(whole, new Map([['scores', coarse]]))));
}
