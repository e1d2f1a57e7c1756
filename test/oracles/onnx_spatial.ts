// ONNX's crops and resizes as calls of ours.

import { crop, resize } from '../../src/engine/operators.js';
import { cropShape } from '../../src/lower/crop.js';
import type { Interpolation, NearestRounding, ResizeCoordinates } from '../../src/lower/resize_table.js';
import { type ResizeOptions, resizeShape, resizeTables } from '../../src/ops/resize.js';
import type { Shape } from '../../src/shape.js';
import { product, sumTolerance } from '../cases/case.js';
import { type Call, type Mapping, NotApplicable } from './run_onnx.js';

/** A slice of one axis, or of two that follow one another, is a crop of a map that has them as rows and columns. */
const slice: Mapping = (call) => {
  const value = call.map(0);
  const { dims } = value;
  const [starts, ends, axes, steps] = ['starts', 'ends', 'axes', 'steps'].map(
    (name, i) => call.list(name) ?? call.numbers(i + 1)?.data,
  );
  if (steps?.some((step) => step !== 1)) throw new NotApplicable('Slice with steps');
  const cut = dims.map((size) => ({ from: 0, size }));
  for (const [i, start] of starts!.entries()) {
    const axis = axes?.[i] ?? i;
    const at = axis < 0 ? axis + dims.length : axis;
    const size = dims[at]!;
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + size : v, 0), size);
    cut[at] = { from: clamp(start), size: clamp(ends![i]!) - clamp(start) };
  }
  const touched = cut.flatMap(({ size }, axis) => (size === dims[axis] ? [] : [axis]));
  const row = Math.min(touched[0] ?? 0, Math.max(dims.length - 2, 0));
  if (touched.some((axis) => axis > row + 1))
    throw new NotApplicable('Slice of axes that are no rows and columns');
  const inner = product(dims.slice(row + 2)); // moves with its column
  const shape: Shape = {
    n: product(dims.slice(0, Math.max(row - 1, 0))),
    c: row > 0 ? dims[row - 1]! : 1,
    h: dims[row]!,
    w: (dims[row + 1] ?? 1) * inner,
  };
  const column = cut[row + 1] ?? { from: 0, size: 1 };
  const o = {
    offset: [cut[row]!.from, column.from * inner],
    size: [cut[row]!.size, column.size * inner],
  } as const;
  cropShape('crop', shape, o);
  return {
    maps: [{ value, shape }],
    outputs: [{ type: 'float32', dims: cut.map(({ size }) => size) }],
    tolerance: 0,
    run: (engine, [x]) => [crop(engine, x!, o)],
  };
};

const MODES = { nearest: 'nearest', linear: 'bilinear', cubic: 'bicubic' } as const;

/** Until opset 10 the convention was fixed, since 11 it is named. */
function interpolation(call: Call): Interpolation {
  const coordinates = call.text(
    'coordinate_transformation_mode',
    call.opset < 11 ? 'asymmetric' : 'half_pixel',
  );
  if (coordinates === 'tf_crop_and_resize') throw new NotApplicable('Resize of a region');
  const rounding = call.text('nearest_mode', call.opset < 11 ? 'floor' : 'round_prefer_floor');
  call.ignore('extrapolation_value'); // beyond a region
  return {
    mode: MODES[call.text('mode', 'nearest') as keyof typeof MODES],
    coordinates: coordinates as ResizeCoordinates,
    rounding: rounding as NearestRounding,
    antialias: call.number('antialias', 0) === 1,
    cubic: call.number('cubic_coeff_a', -0.75),
    excludeOutside: call.number('exclude_outside', 0) === 1,
  };
}

/** Upsample has scales; Resize scales or sizes, since opset 11 behind a region of interest. */
function target(
  call: Call,
  dims: readonly number[],
): { scale: [number, number] } | { size: [number, number] } {
  const at = call.node.op === 'Resize' && call.opset >= 11 ? 2 : 1;
  const scales = call.list('scales') ?? call.numbers(at)?.data ?? [];
  const sizes = (at === 2 && call.numbers(3)?.data) || [];
  const axes = (call.list('axes') ?? dims.map((_, i) => i)).map((axis) =>
    axis < 0 ? axis + dims.length : axis,
  );
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  if (axes.some((axis, i) => axis < 2 && (scales[i] ?? 1) !== 1))
    throw new NotApplicable('Resize of the channels');
  if (axes.some((axis, i) => axis < 2 && (sizes[i] ?? dims[axis]) !== dims[axis]))
    throw new NotApplicable('Resize of the channels');
  const along = (values: readonly number[], axis: number, fallback: number) =>
    values[axes.indexOf(axis)] ?? fallback;
  if (scales.length > 0) return { scale: [along(scales, 2, 1), along(scales, 3, 1)] };
  const size: [number, number] = [along(sizes, 2, dims[2]!), along(sizes, 3, dims[3]!)];
  if (policy === 'stretch') return { size };
  const ratios = axes.map((axis, i) => sizes[i]! / dims[axis]!);
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  const exact = [dims[2]! * ratio, dims[3]! * ratio] as [number, number];
  if (!exact.every(Number.isInteger))
    throw new NotApplicable('Resize that rounds a size up and keeps the scale');
  return { size: exact };
}

const resizeStep: Mapping = (call) => {
  const value = call.map(0);
  const [n = 0, c = 0, h = 0, w = 0, ...more] = value.dims;
  if (value.dims.length < 4 || more.length > 0)
    throw new NotApplicable('Resize of other than two dimensions');
  const x: Shape = { n, c, h, w };
  const o: ResizeOptions = { ...interpolation(call), ...target(call, value.dims) };
  const y = resizeShape('resize', x, o);
  const { rows, columns } = resizeTables('resize', x, o);
  return {
    maps: [{ value, shape: x }],
    outputs: [{ type: 'float32', dims: [y.n, y.c, y.h, y.w] }],
    tolerance: o.mode === 'nearest' ? 0 : sumTolerance(rows.taps * columns.taps),
    run: (engine, [map]) => [resize(engine, map!, o)],
  };
};

export const spatialMappings: readonly (readonly [string, Mapping])[] = [
  ['Slice', slice],
  ['Resize', resizeStep],
  ['Upsample', resizeStep],
];
