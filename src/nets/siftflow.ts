import { Graph } from '../graph/builder.js';
import { type FcnOptions, fcnVgg16, headOf } from './fcn_vgg16.js';
import { head8s, head16s, head32s } from './heads.js';

/** `classes` counts the semantic ones, 33 by default. */
export interface SiftflowOptions extends FcnOptions {
  /** Classes of the second head: sky, horizontal and vertical by default. */
  readonly geometric?: number;
}

/** SIFT Flow: a semantic and a geometric head on one trunk, at stride 32, 16 or 8. */
export function siftflow(stride: 32 | 16 | 8, o: SiftflowOptions = {}): Graph {
  const g = new Graph(o.name ?? `siftflow-${stride}s`);
  const taps = fcnVgg16(g, g.input('data', 3), o);
  const head = { 32: head32s, 16: head16s, 8: head8s }[stride];
  g.output(head(g, taps, { ...headOf({ classes: 33, ...o }), suffix: '_sem' }));
  g.output(head(g, taps, { ...headOf({ ...o, classes: o.geometric ?? 3 }), suffix: '_geo' }));
  return g;
}
