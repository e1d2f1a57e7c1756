import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { download, free, type Tensor } from '../../src/engine/tensor.js';
import { LimitError } from '../../src/errors.js';
import { backward } from '../../src/graph/backward.js';
import { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { Node } from '../../src/graph/node.js';
import type { Shape } from '../../src/shape.js';
import { type Case, product } from '../cases/case.js';
import { cases } from '../cases/index.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';

const DIRECTIONS = 8;
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
const shapeOf = (dims: readonly number[]): Shape => {
  const [n, c, h, w] = dims.length === 1 ? [1, dims[0]!, 1, 1] : (dims as [number, number, number, number]);
  return { n, c, h, w };
};

type Inputs = Readonly<Record<string, Float32Array>>;

/** The layer, dy, and the gradients with respect to all operands as outputs by their names. */
function gradientGraph(c: Case): { graph: Graph; y: Shape; like: Record<string, Shape> } {
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

/** The gradients by our kernels, and how many dispatches they took. */
async function ours(engine: Engine, c: Case, inputs: Inputs, dy: Float32Array) {
  const { graph, y, like } = gradientGraph(c);
  // Functions of steps have none.
  if (graph.outputs.size === 0) return { found: new Map<string, Float32Array>(), dispatches: 0, largest: 0 };
  const net = await engine.compile(graph, { weights: new Map() });
  try {
    const given: Record<string, HostTensor> = { dy: { shape: y, data: dy } };
    for (const [name, data] of Object.entries(inputs))
      given[name] = { shape: shapeOf(c.inputs[name]!), data };
    for (const [name, shape] of Object.entries(like))
      given[name] = { shape, data: new Float32Array(product(Object.values(shape))) };
    const { outputs, plan } = await net.run(given);
    const found = new Map<string, Float32Array>();
    for (const [name, t] of Object.entries(outputs)) found.set(name, await download(engine, t as Tensor));
    free(...Object.values(outputs));
    return { found, dispatches: plan.dispatches, largest: plan.bytes.largestBinding };
  } finally {
    net.dispose();
  }
}

/** y at both sides of the inputs along each direction of one operand. */
function sides(c: Case, inputs: Inputs, step: number) {
  const { of = Object.keys(inputs), twin = (operands) => c.reference(operands)[0]! } = c.gradient!;
  return of.map((name, k) => {
    const pairs = Array.from({ length: DIRECTIONS }, (_, i) => {
      const direction = random(inputs[name]!.length, 1000 + DIRECTIONS * k + i);
      const at = (factor: number): Float64Array => {
        // A twin computes with whatever numbers it is given: those of f32 would round the step away.
        const moved = Float64Array.from(inputs[name]!, (v, j) => v + factor * step * direction[j]!);
        return twin({ ...inputs, [name]: moved as unknown as Float32Array });
      };
      return { direction, plus: at(1), minus: at(-1) };
    });
    return { name, pairs };
  });
}

/** Checks every operand's gradient by derivatives of the float64 twin, and returns it. */
async function check(engine: Engine, c: Case) {
  const raw: Record<string, Float32Array> = {};
  for (const [i, [name, dims]] of Object.entries(c.inputs).entries())
    raw[name] = random(product(dims), 17 + i);
  const { kinks = false, operands = (given) => given } = c.gradient!;
  const inputs = operands(raw);
  const step = kinks === true ? KINK_STEP : SMOOTH_STEP;
  const kink = kinks === true ? KINK.straight : KINK.curved;
  const moved = sides(c, inputs, step);
  const centre = (c.gradient!.twin ?? ((given) => c.reference(given)[0]!))(inputs);
  // Results beside a kink have no weight, so that the sum of the others has none.
  const dy = random(centre.length, 5).map((d, j) => {
    const bent = ({ plus, minus }: { plus: Float64Array; minus: Float64Array }) =>
      Math.abs(plus[j]! - 2 * centre[j]! + minus[j]!) > kink * (1 + Math.abs(centre[j]!));
    return kinks && moved.some(({ pairs }) => pairs.some(bent)) ? 0 : d;
  });
  expect(dy.filter((d) => d !== 0).length, 'results away from kinks').to.be.at.least(dy.length / 2);

  const { found, dispatches, largest } = await ours(engine, c, inputs, dy);
  for (const { name, pairs } of moved) {
    // Without one it is 0.
    const gradient = found.get(name) ?? [];
    for (const { direction, plus, minus } of pairs) {
      let wanted = 0;
      for (let j = 0; j < dy.length; j++) wanted += (dy[j]! * (plus[j]! - minus[j]!)) / (2 * step);
      let value = 0;
      let squares = 0;
      for (let j = 0; j < gradient.length; j++) {
        const term = gradient[j]! * direction[j]!;
        value += term;
        squares += term * term;
      }
      expect(Math.abs(value - wanted) / Math.max(Math.sqrt(squares), LEAST), `d${name}`).to.be.at.most(
        Math.max(TOLERANCE, 4 * c.tolerance),
      );
    }
  }
  return { inputs, dy, found, dispatches, largest };
}

describe('gradients of operators', () => {
  let engine: Engine;
  let portable: Engine;
  before(async () => {
    engine = await createEngine();
    portable = await createEngine({ device: engine.device, without: ['subgroups'] });
  });
  after(() => engine.dispose());

  for (const c of cases.filter((each) => each.gradient))
    it(`${c.name}: derivatives along ${DIRECTIONS} directions of each operand${c.gradient!.slow ? ' (long)' : ''}`, async () => {
      const { inputs, dy, found, dispatches, largest } = await check(engine, c);
      const same = (other: ReadonlyMap<string, Float32Array>, how: string) => {
        for (const [name, d] of other)
          expect(relativeError(d, found.get(name)!), `d${name} ${how}`).to.be.at.most(
            Math.max(TOLERANCE, 4 * c.tolerance),
          );
      };
      same((await ours(portable, c, inputs, dy)).found, 'by portable kernels');
      if (!c.splits || dispatches === 0) return;
      // Bindings too small for the whole change no gradient.
      for (let limit = largest / 2; limit >= 256; limit *= 0.8) {
        const maxBindingBytes = Math.ceil(limit / 256) * 256;
        const small = await createEngine({ device: engine.device, maxBindingBytes });
        try {
          const split = await ours(small, c, inputs, dy);
          if (split.dispatches < 2 * dispatches) continue;
          same(split.found, 'split');
          return;
        } catch (error) {
          if (error instanceof LimitError) return;
          throw error;
        }
      }
    });
});
