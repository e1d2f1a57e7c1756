import type { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { Attrs } from '../../src/graph/kinds.js';
import type { KindName, Node } from '../../src/graph/node.js';
import type { Shape } from '../../src/shape.js';
import type { Weights } from '../../src/weights/weights.js';
import { conv2d } from './conv2d.js';
import { innerProduct } from './inner_product.js';
import { maxPool } from './max_pool.js';

interface Operands {
  readonly xs: readonly Float64Array[];
  readonly shapes: readonly Shape[];
  readonly y: Shape;
  readonly get: (name: string) => Float32Array;
}

const relu = (x: Float64Array, slope = 0) => x.map((v) => (v < 0 ? slope * v : v));

const TWINS: { readonly [K in KindName]?: (t: Operands, attrs: Attrs[K]) => Float64Array } = {
  conv2d: (t, { filter, options, bias }) =>
    conv2d(t.xs[0]!, t.shapes[0]!, t.get('weight'), filter, bias ? t.get('bias') : null, options),
  inner_product(t, { out, bias, relu: clip }) {
    const y = innerProduct(t.xs[0]!, t.y.n, t.get('weight'), out, bias ? t.get('bias') : null);
    return clip ? relu(y) : y;
  },
  max_pool: (t, options) => maxPool(t.xs[0]!, t.shapes[0]!, options).y,
};

/** Runs a whole graph in float64 over planar data, layer by layer as it is written, and returns every map. */
export function runGraph(
  graph: Graph,
  weights: Weights,
  inputs: Readonly<Record<string, { shape: Shape; data: ArrayLike<number> }>>,
): Map<string, { shape: Shape; data: Float64Array }> {
  const shapes = inferShapes(graph, Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, v.shape])));
  const maps = new Map<Node, Float64Array>();
  for (const node of graph.nodes) {
    const t: Operands = {
      xs: node.inputs.map((x) => maps.get(x)!),
      shapes: node.inputs.map((x) => shapes.get(x)!),
      y: shapes.get(node)!,
      get: (name) => weights.get(`${node.name}.${name}`)!.data,
    };
    if (node.kind === 'input') {
      maps.set(node, Float64Array.from(inputs[node.name]!.data));
      continue;
    }
    const twin = TWINS[node.kind] as ((t: Operands, attrs: unknown) => Float64Array) | undefined;
    if (!twin) throw new Error(`no float64 twin for ${node.kind}`);
    maps.set(node, twin(t, node.attrs));
  }
  return new Map([...maps].map(([node, data]) => [node.name, { shape: shapes.get(node)!, data }]));
}
