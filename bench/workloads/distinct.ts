import type { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { Node } from '../../src/graph/node.js';
import type { Shape } from '../../src/shape.js';
import type { Case } from '../../test/cases/case.js';
import { joined, normalised } from '../../test/cases/channels.js';
import { bilinear } from '../../test/cases/conv_transpose2d.js';
import { conv } from '../../test/cases/conv2d.js';
import { skip, window } from '../../test/cases/crop.js';
import { pool } from '../../test/cases/max_pool.js';
import { add } from '../../test/cases/pointwise.js';

const is = <K extends Node['kind']>(node: Node, kind: K): node is Node<K> => node.kind === kind;
const dims = ({ n, c, h, w }: Shape) => [n, c, h, w] as const;

/** A layer as a case, with the crop that is merged into it; null where it does not run by itself. */
function caseOf(node: Node, shapes: ReadonlyMap<Node, Shape>, crop: Node<'crop'> | undefined): Case | null {
  const y = shapes.get(node)!;
  const xs = node.inputs.map((x) => shapes.get(x)!);
  const x = xs[0] && dims(xs[0]);
  if (!x) return null;
  if (is(node, 'conv2d')) {
    const { filter, options, bias } = node.attrs;
    return conv(node.name, x, filter.out, filter.kernel, { ...options, groups: filter.groups, bias });
  }
  if (is(node, 'max_pool')) return pool(node.name, x, node.attrs);
  if (is(node, 'lrn')) return normalised(node.name, x, node.attrs);
  if (is(node, 'concat'))
    return joined(
      node.name,
      [y.n, y.h, y.w],
      xs.map(({ c }) => c),
    );
  if (is(node, 'upsample')) {
    const merged = crop && { crop: { offset: crop.attrs.offset, size: shapes.get(crop)! } };
    return bilinear(node.name, x, { ...node.attrs.options, ...merged });
  }
  if (is(node, 'crop')) return window(node.name, x, { offset: node.attrs.offset, size: y });
  if (is(node, 'sum')) {
    const cropped = node.inputs.find((from): from is Node<'crop'> => is(from, 'crop'));
    if (!cropped) return add(node.name, dims(y), [1, 1]);
    const { h, w } = shapes.get(cropped.inputs[0]!)!;
    return skip(node.name, dims(y), [h, w], cropped.attrs.offset);
  }
  throw new Error(`${node.name}: ${node.kind} is not benchmarked by itself`);
}

/**
 * Every distinct layer of a net of the paper, as it runs: a crop is merged into the upsampling before it, or
 * into the sum behind it. Of layers of one operator, size and attributes the first stands for all.
 */
export function distinctLayers(graph: Graph, input: Shape): Map<string, Case> {
  const shapes = inferShapes(graph, { [graph.inputs[0]!.name]: input });
  const readers = (node: Node) => graph.nodes.filter(({ inputs }) => inputs.includes(node));
  const found = new Map<string, Case>();
  const seen = new Set<string>();
  for (const node of graph.nodes) {
    const next = readers(node).find((reader): reader is Node<'crop'> => is(reader, 'crop'));
    // The second input of a crop lends its size and runs nothing.
    const after = next?.inputs[0] === node ? next : undefined;
    if (is(node, 'crop') && (is(node.inputs[0]!, 'upsample') || readers(node).some((r) => is(r, 'sum'))))
      continue;
    const sizes = node.inputs.map((x) => shapes.get(x));
    const key = JSON.stringify([node.kind, sizes, node.attrs, is(node, 'upsample') && after?.attrs]);
    if (seen.has(key)) continue;
    seen.add(key);
    const c = caseOf(node, shapes, after);
    if (c) found.set(node.name, c);
  }
  return found;
}
