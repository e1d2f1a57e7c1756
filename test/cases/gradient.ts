import { backward } from '../../src/graph/backward.js';
import { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { Node } from '../../src/graph/node.js';
import type { Shape } from '../../src/shape.js';
import { randomInputs } from '../inputs.js';
import { random } from '../random.js';
import { type Case, product } from './case.js';
import { graphLaunch } from './graph_launch.js';

export const DIRECTIONS = 8;
/** How far an operand moves along a direction of [-1, 1) each: kinks are at least so far off. */
const KINK_STEP = 1e-3;
const SMOOTH_STEP = 1e-5;
/** A second difference above this is a kink: between kinks it is the rounding of float64, or the small step's curvature. */
const KINK = { straight: 1e-9, curved: 1e-8 } as const;
/** Error of a directional derivative relative to the root of the sum of the squares of its terms. */
const TOLERANCE = 2e-5;
/** Of a gradient that is 0 everywhere. */
const LEAST = 1e-3;

/** A filter is [O, I, kh, kw] and a map [N, C, H, W]; values per channel are [C]. */
export const shapeOf = (dims: readonly number[]): Shape => {
  const [n, c, h, w] = dims.length === 1 ? [1, dims[0]!, 1, 1] : (dims as [number, number, number, number]);
  return { n, c, h, w };
};

export type Inputs = Readonly<Record<string, Float32Array>>;

/** Largest error of a directional derivative of a case's gradients. */
export const gradientTolerance = (c: Case): number => Math.max(TOLERANCE, 4 * c.tolerance);

/**
 * The layer, dy, and the gradients with respect to its operands as outputs by their names: none where it is a function
 * of steps.
 * @returns also the size of y, and of inputs that only lend their size
 */
export function gradientGraph(c: Case): { graph: Graph; y: Shape; like: Record<string, Shape> } {
  const graph = new Graph(c.name);
  const operands: Record<string, Node> = {};
  const shapes: Record<string, Shape> = {};
  for (const [name, dims] of Object.entries(c.inputs)) {
    shapes[name] = shapeOf(dims);
    const { c: channels, n, h, w } = shapes[name];
    operands[name] = c.gradient!.sized ? graph.input(name, channels, [h, w], n) : graph.input(name, channels);
  }
  const node = c.gradient!.add(graph, operands);
  const like: Record<string, Shape> = {};
  for (const { name, channels, size } of graph.inputs)
    if (!operands[name]) like[name] = { n: 1, c: channels, h: size![0], w: size![1] };
  const y = inferShapes(graph, { ...shapes, ...like }).get(node)!;
  const dy = graph.input('dy', y.c);
  const of = c.gradient!.of ?? Object.keys(operands);
  const wanted = new Map(of.map((name) => [operands[name]!, name]));
  for (const [x, d] of backward(graph, new Map([[node, dy]]), new Set(wanted.keys())))
    graph.output(d, wanted.get(x)!);
  return { graph, y, like };
}

/** All that the gradients of a case are computed from. */
export function givenOf(
  c: Case,
  { y, like }: ReturnType<typeof gradientGraph>,
  inputs: Inputs,
  dy: Float32Array,
) {
  const given: Record<string, HostTensor> = { dy: { shape: y, data: dy } };
  for (const name of Object.keys(c.inputs))
    given[name] = { shape: shapeOf(c.inputs[name]!), data: inputs[name]! };
  for (const [name, shape] of Object.entries(like))
    given[name] = { shape, data: new Float32Array(product(Object.values(shape))) };
  return given;
}

const twinOf = (c: Case) => c.gradient!.twin ?? ((operands: Inputs) => c.reference(operands)[0]!);

interface Sides {
  readonly direction: Float32Array;
  readonly plus: Float64Array;
  readonly minus: Float64Array;
}

/** y at both sides of the operands along each direction of one operand, and how far off they are. */
export interface Moved {
  readonly step: number;
  readonly sides: ReadonlyMap<string, readonly Sides[]>;
}

/** The operands of a case whose gradient is checked. */
export const operandsOf = (c: Case): Inputs => {
  const inputs = randomInputs(c);
  return c.gradient!.operands?.(inputs) ?? inputs;
};

export function movedSides(c: Case, inputs: Inputs): Moved {
  const { of = Object.keys(inputs), kinks } = c.gradient!;
  const step = kinks === true ? KINK_STEP : SMOOTH_STEP;
  const twin = twinOf(c);
  const along = (name: string, seed: number): Sides => {
    const direction = random(inputs[name]!.length, seed);
    const at = (factor: number): Float64Array => {
      // A twin computes with whatever numbers it is given: those of f32 would round the step away.
      const moved = Float64Array.from(inputs[name]!, (v, j) => v + factor * step * direction[j]!);
      return twin({ ...inputs, [name]: moved as unknown as Float32Array });
    };
    return { direction, plus: at(1), minus: at(-1) };
  };
  const sides = of.map((name, k): [string, Sides[]] => [
    name,
    Array.from({ length: DIRECTIONS }, (_, i) => along(name, 1000 + DIRECTIONS * k + i)),
  ]);
  return { step, sides: new Map(sides) };
}

/** dy for the check: results beside a kink have no weight, so that the sum of the others has none. */
export function weightsOf(c: Case, inputs: Inputs, moved: () => Moved, size: number): Float32Array {
  const { kinks = false } = c.gradient!;
  const dy = random(size, 5);
  if (!kinks) return dy;
  const centre = twinOf(c)(inputs);
  const kink = kinks === true ? KINK.straight : KINK.curved;
  const all = [...moved().sides.values()].flat();
  return dy.map((d, j) => {
    const bent = ({ plus, minus }: Sides) =>
      Math.abs(plus[j]! - 2 * centre[j]! + minus[j]!) > kink * (1 + Math.abs(centre[j]!));
    return all.some(bent) ? 0 : d;
  });
}

/**
 * The largest error of each operand's gradient, by derivatives of the float64 twin.
 * @param found those that are not 0
 */
export function derivativeErrors(
  { step, sides }: Moved,
  dy: Float32Array,
  found: ReadonlyMap<string, ArrayLike<number>>,
): Map<string, number> {
  const error = (gradient: ArrayLike<number>, { direction, plus, minus }: Sides): number => {
    let [wanted, value, squares] = [0, 0, 0];
    for (let j = 0; j < dy.length; j++) wanted += (dy[j]! * (plus[j]! - minus[j]!)) / (2 * step);
    for (let j = 0; j < gradient.length; j++) {
      const term = gradient[j]! * direction[j]!;
      value += term;
      squares += term * term;
    }
    const off = Math.abs(value - wanted) / Math.max(Math.sqrt(squares), LEAST);
    return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
  };
  return new Map(
    [...sides].map(([name, pairs]) => [name, Math.max(...pairs.map((s) => error(found.get(name) ?? [], s)))]),
  );
}

/** The gradients of a case as a case of their own, which has dy among its inputs. */
export function gradientCase(c: Case): Case {
  const made = gradientGraph(c);
  const { graph, y } = made;
  const size = product([y.n, y.c, y.h, y.w]);
  // The twin's results, from `operands` to `error`, where kinks need them in both.
  let moved: Moved | undefined;
  const bytes = Object.values(c.inputs).reduce((sum, dims) => sum + 8 * product(dims), 4 * size);
  return {
    name: `gradient of ${c.name}`,
    op: `${c.op}_gradient`,
    inputs: { ...c.inputs, dy: [y.n, y.c, y.h, y.w] },
    tolerance: gradientTolerance(c),
    // Not counted: they differ from operand to operand.
    flops: 0,
    bytes,
    splits: false,
    operands() {
      const operands = operandsOf(c);
      return { ...operands, dy: weightsOf(c, operands, () => (moved = movedSides(c, operands)), size) };
    },
    reference() {
      throw new Error(`${c.name}: its gradient is checked by derivatives`);
    },
    error({ dy, ...operands }, outputs) {
      const found = new Map<string, ArrayLike<number>>();
      const nodes = [...new Set(graph.outputs.values())].filter(({ kind }) => kind !== 'input');
      for (const [name, node] of graph.outputs)
        found.set(name, node.kind === 'input' ? dy! : outputs[nodes.indexOf(node)]!);
      const errors = derivativeErrors(moved ?? movedSides(c, operands), dy!, found);
      moved = undefined;
      return Math.max(...errors.values());
    },
    launch: (engine, { dy, ...operands }, elem) =>
      graphLaunch(engine, graph, givenOf(c, made, operands, dy!), elem),
  };
}
