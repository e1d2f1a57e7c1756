import type { Node } from '../../graph/node.js';
import type { Shape } from '../../shape.js';

/**
 * A Caffe blob: the numbers of a map in planar order, under sizes of their own. Reshaping changes the sizes
 * alone; `Target.map` lays the numbers out where a layer needs the axes.
 */
export interface Blob {
  readonly node: Node;
  /** Sizes along Caffe's axes; null where height and width are free, which leaves four axes. */
  readonly dims: readonly number[] | null;
  /** The layer that made it. */
  readonly name: string;
}

/** One axis of a tensor: its size, and how many elements lie from one index to the next. */
export interface Step {
  readonly size: number;
  readonly stride: number;
}

/** Axes of a map, as Caffe's first four lie on them. */
export const AXES = ['n', 'c', 'h', 'w'] as const;

export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The map that holds a blob: axes that it lacks are 1, those beyond the fourth lie within the last. */
export function mapOf(dims: readonly number[]): Shape {
  const [n = 1, c = 1, h = 1, ...rest] = dims;
  return { n, c, h, w: product(rest) };
}

/** Axes of these sizes in row-major order. */
export function rowMajor(dims: readonly number[]): Step[] {
  let stride = 1;
  const steps: Step[] = [];
  for (const size of dims.toReversed()) {
    steps.push({ size, stride });
    stride *= size;
  }
  return steps.reverse();
}

/** Steps without those of one index, and with neighbours merged that one step describes. */
export function merged(steps: readonly Step[]): Step[] {
  const found: Step[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.size === 1) continue;
    if (last?.stride === step.size * step.stride)
      found[found.length - 1] = { size: last.size * step.size, stride: step.stride };
    else found.push(step);
  }
  return found;
}

/** Size of a map that is known; a free number of images counts as one. */
export const shapeOf = (node: Node): Shape => ({
  n: node.batch ?? 1,
  c: node.channels,
  h: node.size?.[0] ?? 1,
  w: node.size?.[1] ?? 1,
});
