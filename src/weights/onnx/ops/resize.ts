import type { Interpolation, NearestRounding, ResizeCoordinates } from '../../../lower/resize_table.js';
import type { Pair } from '../../../shape.js';
import { type Call, type Operator, permuted } from '../call.js';
import { type Dim, equalDims, over, product } from '../size.js';
import { dimsOf, host, type Value } from '../value.js';
import { binary, broadcast } from './broadcast.js';

const MODES = {
  nearest: 'nearest',
  linear: 'bilinear',
  bilinear: 'bilinear',
  cubic: 'bicubic',
  bicubic: 'bicubic',
} as const;

/** One of ONNX's names. */
function named<T>(c: Call, attribute: string, usual: string, names: Readonly<Record<string, T>>): T {
  const text = c.text(attribute, usual);
  if (!Object.hasOwn(names, text))
    c.unsupported(`${attribute} '${text}', should be one of ${Object.keys(names).join(', ')}`);
  return names[text]!;
}

const itself = <T extends string>(...names: T[]) =>
  Object.fromEntries(names.map((n) => [n, n])) as Record<T, T>;

const COORDINATES: Record<ResizeCoordinates, ResizeCoordinates> = itself(
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
);

const ROUNDINGS: Record<NearestRounding, NearestRounding> = itself(
  'round_prefer_floor',
  'round_prefer_ceil',
  'floor',
  'ceil',
);

/** Until opset 10 the convention was fixed, since 11 it is named. */
function interpolation(c: Call): Interpolation {
  const old = c.opset < 11;
  return {
    mode: named(c, 'mode', 'nearest', MODES),
    coordinates: named(c, 'coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel', COORDINATES),
    rounding: named(c, 'nearest_mode', old ? 'floor' : 'round_prefer_floor', ROUNDINGS),
    antialias: c.flag('antialias'),
    cubic: c.float('cubic_coeff_a', -0.75),
    excludeOutside: c.flag('exclude_outside'),
  };
}

/** A value for each axis of the input: `list` has those of `axes`. */
const spread = <T>(
  list: readonly T[],
  axes: readonly number[],
  rank: number,
  usual: (axis: number) => T,
): T[] => Array.from({ length: rank }, (_, axis) => list[axes.indexOf(axis)] ?? usual(axis));

/** The last two of a list by axis; a signal has one row. */
const spatial = <T>(list: readonly T[], row: T): readonly [T, T] => [
  list.length > 3 ? list[2]! : row,
  list.at(-1)!,
];

/** What an axis becomes: a scale, a size, or both where the size is not what the scale gives. */
interface Target {
  readonly scale: number | null;
  readonly size: Dim | null;
}

/** Sizes as they are asked for, or as the aspect ratio lets them be. */
function bySizes(
  c: Call,
  dims: readonly Dim[],
  asked: readonly Dim[],
  axes: readonly number[],
  policy: string,
): Target[] {
  if (policy === 'stretch')
    return spread(
      asked.map((size) => ({ scale: null, size })),
      axes,
      dims.length,
      (axis) => ({ scale: null, size: dims[axis]! }),
    );
  const ratios = axes.map((axis, i) => (asked[i] as number) / (dims[axis] as number));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  if (!Number.isFinite(scale))
    c.unsupported(`${policy} of a size that a run decides; give the sizes of the inputs`);
  return spread(
    axes.map((axis) => ({ scale, size: Math.floor((dims[axis] as number) * scale + 0.5) })),
    axes,
    dims.length,
    (axis) => ({ scale: 1, size: dims[axis]! }),
  );
}

/** Height and width, in one layer; sizes may be free. */
function resizedPlane(c: Call, x: Value, how: Interpolation, targets: readonly Target[]): Value {
  const dims = dimsOf(x);
  const add = (o: { size: Pair } | { scale: Pair; size?: Pair }) =>
    c.holds(c.to.add('resize', [c.to.map(x)], { ...how, ...o }), dims.length);
  const known = (pair: readonly [unknown, unknown]): pair is Pair => pair.every((v) => typeof v === 'number');
  const scale = spatial(
    targets.map((t) => t.scale),
    1,
  );
  const size = spatial(
    targets.map((t) => t.size),
    1,
  );
  if (known(scale)) return add({ scale, ...(known(size) && targets.at(-1)!.size !== null && { size }) });
  if (known(size)) return add({ size });
  const ratios = [0, 1].map((i) => over(size[i]!, spatial(dims, 1)[i]!));
  const fractions = ratios.map((s) =>
    s !== null && typeof s !== 'number' && s.symbols.length === 0 ? s.num / s.den + s.plus : s,
  );
  if (known(fractions as [unknown, unknown])) return add({ scale: fractions as unknown as Pair });
  return c.holds(
    c.to.add('resize_to', [c.to.map(x), layerOf(c, size as readonly [Dim, Dim])], how),
    dims.length,
  );
}

/** Any axes, one after another, each as the rows of a map. */
function resizedByAxis(c: Call, v: Value, how: Interpolation, targets: readonly Target[], roi: Roi): Value {
  return targets.reduce((x, { scale, size }, axis) => {
    const dims = dimsOf(x);
    const region = roi && ([roi.start[axis]!, 0, roi.end[axis]!, 1] as const);
    if (
      (size === null ? scale === 1 : equalDims(size, dims[axis]!)) &&
      !(region && (region[0] || region[2] !== 1))
    )
      return x;
    const inner = product(dims.slice(axis + 1));
    if (scale === null && !(typeof size === 'number' && typeof inner === 'number'))
      return c.unsupported('a size that a run decides, of other axes than height and width');
    const flat = c.to.map(c.reshaped(x, [1, product(dims.slice(0, axis)), dims[axis]!, inner]));
    const to = size === null ? null : ([size as number, inner as number] as const);
    const o = scale === null ? { size: to! } : { scale: [scale, 1] as const, ...(to && { size: to }) };
    // Until opset 10 a nearest neighbour below its own size was the next one.
    const rounding =
      c.opset < 11 && how.mode === 'nearest' && scale !== null && scale < 1 ? 'ceil' : how.rounding!;
    const y = c.holds(c.to.add('resize', [flat], { ...how, rounding, ...(region && { region }), ...o }), 4);
    return c.reshaped(y, dims.with(axis, dimsOf(y)[2]!));
  }, v);
}

/** The layer of this height and width. */
function layerOf(c: Call, [h, w]: readonly [Dim, Dim]) {
  const name = (d: Dim, axis: string) =>
    typeof d !== 'number' &&
    d.num === d.den &&
    d.plus === 0 &&
    d.symbols.length === 1 &&
    d.symbols[0]!.startsWith(axis)
      ? d.symbols[0]!.slice(axis.length)
      : null;
  const found = name(h, 'h:');
  if (!found || found !== name(w, 'w:'))
    return c.unsupported("a size that is no other map's; give the sizes of the inputs");
  return c.to.graph.node(found);
}

type Region = NonNullable<Interpolation['region']>;

/** Beyond the map another value than 0: a constant of it there, and 0 on the map. */
function extrapolated(c: Call, y: Value, region: Region, value: number): Value {
  const rank = y.steps.length;
  const out = spatial(dimsOf(y), 1);
  if (!out.every((d) => typeof d === 'number'))
    c.unsupported('an extrapolation value where a run decides the size; give the sizes of the inputs');
  const [H, W] = out as readonly [number, number];
  const outside = (i: 0 | 1, at: number) => {
    const [start, end] = [region[i], region[i + 2]!];
    const n = out[i] as number;
    const place = n > 1 ? start + (at * (end - start)) / (n - 1) : (start + end) / 2;
    return place < 0 || place > 1;
  };
  const data = Float32Array.from({ length: c.to.affordable([H, W]) }, (_, i) =>
    outside(0, Math.floor(i / W)) || outside(1, i % W) ? value : 0,
  );
  return binary(c, 'add', broadcast(c, [y, host('float32', rank === 3 ? [W] : [H, W], data)]));
}

/** Where each axis of a region begins and ends, from 0 to 1. */
type Roi = { readonly start: readonly number[]; readonly end: readonly number[] } | null;

/** Upsample has scales; Resize scales or sizes, since opset 11 behind a region of interest. */
const resize: Operator = (c) => {
  const x = c.value(0);
  const dims = dimsOf(x);
  const rank = dims.length;
  const at = c.node.op === 'Resize' && c.opset >= 11 ? 2 : 1;
  const axes = c.ints('axes', [...x.steps.keys()]).map((axis) => c.axis(axis, rank));
  const how = interpolation(c);
  const policy = c.text('keep_aspect_ratio_policy', 'stretch');
  const extrapolation = c.float('extrapolation_value', 0);
  const scales = c.list('scales', at) ?? [];
  const list = at === 2 && how.coordinates === 'tf_crop_and_resize' ? c.numbers(1, 'a region') : null;
  const ends = (i: 0 | 1) => spread(list!.slice(i * axes.length, (i + 1) * axes.length), axes, rank, () => i);
  const roi: Roi = list && { start: ends(0), end: ends(1) };
  const targets =
    scales.length > 0
      ? spread(
          scales.map((scale): Target => ({ scale, size: null })),
          axes,
          rank,
          () => ({ scale: 1, size: null }),
        )
      : bySizes(c, dims, c.sizes(3, 'sizes'), axes, policy);
  const kept = targets.map(({ scale, size }, axis) =>
    size === null ? scale === 1 : equalDims(size, dims[axis]!),
  );
  const plane = (rank === 3 || rank === 4) && kept[0] && kept[1];
  if (!plane || (c.opset < 11 && scales.some((scale) => scale < 1))) {
    if (roi && extrapolation !== 0) c.unsupported('an extrapolation value beyond height and width');
    return resizedByAxis(c, x, how, targets, roi);
  }
  if (!roi) return resizedPlane(c, x, how, targets);
  const region = [...spatial(roi.start, 0), ...spatial(roi.end, 1)] as unknown as Region;
  const y = resizedPlane(c, x, { ...how, region }, targets);
  return extrapolation === 0 ? y : extrapolated(c, y, region, extrapolation);
};

const GRID_MODES = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
} as const;

const gridSample: Operator = (c) => {
  for (const i of [0, 1])
    if (c.dims(i).length !== 4) c.unsupported(`an input of rank ${c.dims(i).length}, should be 4`);
  const attrs = {
    mode: named(c, 'mode', 'linear', GRID_MODES),
    padding: named(c, 'padding_mode', 'zeros', itself('zeros', 'border', 'reflection')),
    alignCorners: c.flag('align_corners'),
  };
  const grid = c.to.map(permuted(c.value(1), [0, 3, 1, 2]));
  return c.holds(c.to.add('grid_sample', [c.map(0), grid], attrs), 4);
};

/** Operators that read between pixels. */
export const RESIZE: readonly (readonly [string, Operator])[] = [
  ['Resize', resize],
  ['Upsample', resize],
  ['GridSample', gridSample],
];
