// ONNX's operators on single values and along one axis as calls of ours. They take arrays of any rank: a
// planar map with its channels on that axis is the same array in other words.
import { activation, argmax, concat, lrn, prelu, scale, softmax, sum } from '../../src/engine/operators.js';
import { uploadVector } from '../../src/engine/tensor.js';
import type { Activation } from '../../src/ops/activation.js';
import { batchNormScale } from '../../src/ops/batch_norm.js';
import type { Shape } from '../../src/shape.js';
import { product, sumTolerance } from '../cases/case.js';
import { type Call, type Mapping, NotApplicable, type Value } from './run_onnx.js';

/** For exp, log and pow, whose precision WGSL leaves open within a few units in the last place. */
const FUNCTION_TOLERANCE = 2 ** -20;

/** One rounding. */
const ROUNDING = 2 ** -24;

/** The array with axes [from, to) as channels. */
function along(dims: readonly number[], from: number, to = from + 1): Shape {
  const after = dims.slice(to);
  const w = after.at(-1) ?? 1;
  return {
    n: product(dims.slice(0, from)),
    c: product(dims.slice(from, to)),
    h: product(after.slice(0, -1)),
    w,
  };
}

const axisOf = (axis: number, { dims }: Value): number => (axis < 0 ? axis + dims.length : axis);

const byChannel = ({ dims }: Value): Shape => along(dims.length > 1 ? dims : [1, ...dims], 1);

const like = ({ dims }: Value) => [{ type: 'float32' as const, dims }];

const pointwise =
  (tolerance: number, of: (call: Call) => Activation): Mapping =>
  (call) => {
    const value = call.map(0);
    const f = of(call);
    return {
      maps: [{ value, shape: byChannel(value) }],
      outputs: like(value),
      tolerance,
      run: (engine, [x]) => [activation(engine, x!, f)],
    };
  };

/** Bounds are inputs since opset 11. */
function clip(call: Call): Activation {
  const [min, max] = (['min', 'max'] as const).map(
    (name, i) => call.numbers(i + 1)?.data[0] ?? call.number(name, Number.NaN),
  );
  return {
    kind: 'clip',
    ...(Number.isNaN(min!) ? {} : { min: min! }),
    ...(Number.isNaN(max!) ? {} : { max: max! }),
  };
}

/** The slope's axes must be all, one run of them, or none; before opset 7 they start at the channels. */
const preluStep: Mapping = (call) => {
  const value = call.map(0);
  const slope = call.numbers(1)!;
  const rank = value.dims.length;
  const lead = call.opset < 7 ? Math.min(1, rank - slope.dims.length) : rank - slope.dims.length;
  const wide = slope.dims.flatMap((size, i) => (size > 1 ? [lead + i] : []));
  const from = wide[0] ?? Math.min(1, rank - 1);
  const to = (wide.at(-1) ?? from) + 1;
  const shape = along(value.dims, from, to);
  if (slope.data.length !== 1 && slope.data.length !== shape.c)
    throw new NotApplicable('PRelu whose slope varies over axes that do not follow one another');
  const slopes =
    slope.data.length === 1 ? new Float32Array(shape.c).fill(slope.data[0]!) : Float32Array.from(slope.data);
  return {
    maps: [{ value, shape }],
    outputs: like(value),
    tolerance: ROUNDING,
    run: (engine, [x]) => [prelu(engine, x!, uploadVector(engine, slopes, shape.c))],
  };
};

const batchNormalization: Mapping = (call) => {
  call.ignore('momentum', 'is_test', 'spatial');
  if (call.node.outputs.length > 1 || call.number('training_mode', 0) === 1)
    throw new NotApplicable('BatchNormalization in training');
  const value = call.map(0);
  const shape = byChannel(value);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => call.numbers(i)!.data);
  const s = batchNormScale(gamma!, beta!, mean!, variance!, call.number('epsilon', 1e-5));
  return {
    maps: [{ value, shape }],
    outputs: like(value),
    tolerance: sumTolerance(2),
    run: (engine, [x]) => [
      scale(engine, x!, uploadVector(engine, s.scale, shape.c), uploadVector(engine, s.bias, shape.c)),
    ],
  };
};

const lrnStep: Mapping = (call) => {
  const value = call.map(0);
  const o = {
    size: call.number('size', 0),
    alpha: call.number('alpha', 1e-4),
    beta: call.number('beta', 0.75),
    k: call.number('bias', 1),
  };
  return {
    maps: [{ value, shape: byChannel(value) }],
    outputs: like(value),
    tolerance: FUNCTION_TOLERANCE,
    run: (engine, [x]) => [lrn(engine, x!, o)],
  };
};

const softmaxStep =
  (log: boolean): Mapping =>
  (call) => {
    const value = call.map(0);
    // Before opset 13 the sum runs over all axes from this one on.
    const axis = axisOf(call.number('axis', call.opset < 13 ? 1 : -1), value);
    const shape = along(value.dims, axis, call.opset < 13 ? value.dims.length : axis + 1);
    return {
      maps: [{ value, shape }],
      outputs: like(value),
      tolerance: FUNCTION_TOLERANCE,
      run: (engine, [x]) => [softmax(engine, x!, { log })],
    };
  };

const argMax: Mapping = (call) => {
  const value = call.map(0);
  const axis = axisOf(call.number('axis', 0), value);
  if (call.number('select_last_index', 0) === 1) throw new NotApplicable('ArgMax of the last index');
  const kept = call.number('keepdims', 1) === 1 ? [1] : [];
  return {
    maps: [{ value, shape: along(value.dims, axis) }],
    outputs: [{ type: 'int64', dims: value.dims.toSpliced(axis, 1, ...kept) }],
    tolerance: 0,
    run: (engine, [x]) => [argmax(engine, x!)],
  };
};

const concatStep: Mapping = (call) => {
  const values = call.inputs.map((_, i) => call.map(i));
  const [first] = values;
  const axis = axisOf(call.number('axis', 1), first!);
  const size = values.reduce((total, { dims }) => total + dims[axis]!, 0);
  return {
    maps: values.map((value) => ({ value, shape: along(value.dims, axis) })),
    outputs: [{ type: 'float32', dims: first!.dims.with(axis, size) }],
    tolerance: 0,
    run: (engine, xs) => [concat(engine, xs)],
  };
};

const sumStep =
  (coefficients?: readonly number[]): Mapping =>
  (call) => {
    const values = call.inputs.map((_, i) => call.map(i));
    const [first, ...rest] = values;
    if (rest.some(({ dims }) => `${dims}` !== `${first!.dims}`))
      throw new NotApplicable(`${call.node.op} that broadcasts`);
    return {
      maps: values.map((value) => ({ value, shape: byChannel(value) })),
      outputs: like(first!),
      tolerance: values.length > 2 ? sumTolerance(values.length) : 0,
      run: (engine, xs) => [sum(engine, xs, coefficients ? { coefficients } : {})],
    };
  };

export const channelMappings: readonly (readonly [string, Mapping])[] = [
  ['Relu', pointwise(0, () => ({ kind: 'relu' }))],
  ['LeakyRelu', pointwise(ROUNDING, (call) => ({ kind: 'relu', slope: call.number('alpha', 0.01) }))],
  ['Sigmoid', pointwise(FUNCTION_TOLERANCE, () => ({ kind: 'sigmoid' }))],
  ['Clip', pointwise(0, clip)],
  ['PRelu', preluStep],
  ['BatchNormalization', batchNormalization],
  ['LRN', lrnStep],
  ['Softmax', softmaxStep(false)],
  ['LogSoftmax', softmaxStep(true)],
  ['ArgMax', argMax],
  ['Concat', concatStep],
  ['Sum', sumStep()],
  ['Add', sumStep()],
  ['Sub', sumStep([1, -1])],
  ['Neg', sumStep([-1])],
];
