import { ShapeError } from '../../errors.js';
import type { Pair, Shape } from '../../shape.js';
import type { Graph } from '../builder.js';
import { inferShapes } from '../fuse.js';
import type { Node } from '../node.js';
import { upTo } from '../rewrite.js';

/** A graph, without what its outputs do not need, and the inputs that it is to run on in windows. */
export class Windows {
  readonly graph: Graph;
  /** Height and width of the inputs. */
  readonly image: Pair;
  /** Sizes of every layer for the whole image. */
  readonly whole: ReadonlyMap<Node, Shape>;
  readonly #inputs: Readonly<Record<string, Shape>>;

  /** @throws ShapeError where inputs are not of one height and width. */
  constructor(graph: Graph, inputs: Readonly<Record<string, Shape>>) {
    this.graph = upTo(graph, graph.outputs);
    this.#inputs = inputs;
    inferShapes(graph, inputs);
    const [first, ...others] = Object.values(inputs);
    if (others.some(({ h, w }) => h !== first!.h || w !== first!.w))
      throw new ShapeError(`${graph.name}: inputs of several sizes, should be of one to run in tiles`);
    this.image = [first!.h, first!.w];
    this.whole = this.shapes(this.image);
  }

  /** The inputs as windows of this size. */
  inputs([h, w]: Pair): Record<string, Shape> {
    return Object.fromEntries(
      Object.entries(this.#inputs).map(([name, shape]) => [name, { ...shape, h, w }]),
    );
  }

  /** Sizes of every layer for a window. @throws ShapeError that names a layer for which it is too small. */
  shapes(window: Pair): ReadonlyMap<Node, Shape> {
    const all = this.inputs(window);
    const used = this.graph.inputs.map(({ name }) => [name, all[name]!]);
    return inferShapes(this.graph, Object.fromEntries(used));
  }
}

/** Rows for axis 0, columns for axis 1. */
export const length = (shape: Shape, axis: 0 | 1): number => (axis === 0 ? shape.h : shape.w);
