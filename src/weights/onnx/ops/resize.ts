import type { Interpolation, NearestRounding, ResizeCoordinates } from '../../../lower/resize_table.js';
import type { Pair } from '../../../shape.js';
import { type Call, type Operator, permuted } from '../call.js';
import { type Dim, equalDims, over } from '../size.js';
import { dimsOf, host, type Value } from '../value.js';
import { binary, broadcast } from './broadcast.js';
import { checkSpatial } from './windows.js';

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
    antialias: c.int('antialias', 0) === 1,
    cubic: c.float('cubic_coeff_a', -0.75),
    excludeOutside: c.int('exclude_outside', 0) === 1,
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

function checkChannels(c: Call, isKept: (axis: number) => boolean): void {
  for (const axis of [0, 1])
    if (!isKept(axis)) c.unsupported(`another size of axis ${axis}, should be of height and width alone`);
}

/** The output is as large as asked, or as the aspect ratio lets it be. */
function bySize(
  c: Call,
  x: Value,
  how: Interpolation,
  asked: readonly Dim[],
  axes: readonly number[],
  policy: string,
): Value {
  const dims = dimsOf(x);
  const rank = dims.length;
  const sizes = spread(asked, axes, rank, (axis) => dims[axis]!);
  const add = (o: { size: Pair } | { scale: Pair; size?: Pair }) =>
    c.holds(c.to.add('resize', [c.to.map(x)], { ...how, ...o }), rank);
  const pair = spatial(sizes, 1);
  if (policy !== 'stretch') {
    const ratios = axes.map((axis, i) => (asked[i] as number) / (dims[axis] as number));
    const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    if (!Number.isFinite(ratio))
      c.unsupported(`${policy} of a size that a run decides; give the sizes of the inputs`);
    const kept = spread(
      axes.map((axis) => Math.floor((dims[axis] as number) * ratio + 0.5)),
      axes,
      rank,
      (axis) => dims[axis] as number,
    );
    checkChannels(c, (axis) => kept[axis] === dims[axis]);
    const scales = spread(
      axes.map(() => ratio),
      axes,
      rank,
      () => 1,
    );
    return add({ scale: spatial(scales, 1), size: spatial(kept, 1) });
  }
  checkChannels(c, (axis) => equalDims(sizes[axis]!, dims[axis]!));
  if (typeof pair[0] === 'number' && typeof pair[1] === 'number') return add({ size: [pair[0], pair[1]] });
  const scale = pair.map((size, i) => over(size, spatial(dims, 1)[i]!));
  if (scale.every((s): s is number => typeof s === 'number')) return add({ scale: [scale[0]!, scale[1]!] });
  const fraction = scale.map((s) =>
    s && typeof s !== 'number' && s.symbols.length === 0 ? s.num / s.den + s.plus : s,
  );
  if (fraction.every((s): s is number => typeof s === 'number'))
    return add({ scale: [fraction[0]!, fraction[1]!] });
  return c.holds(c.to.add('resize_to', [c.to.map(x), layerOf(c, pair)], how), rank);
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

/** Upsample has scales; Resize scales or sizes, since opset 11 behind a region of interest. */
const resize: Operator = (c) => {
  checkSpatial(c);
  const x = c.value(0);
  const rank = x.steps.length;
  const at = c.node.op === 'Resize' && c.opset >= 11 ? 2 : 1;
  const axes = c.ints('axes', [...x.steps.keys()]).map((axis) => c.axis(axis, rank));
  const how = interpolation(c);
  const policy = c.text('keep_aspect_ratio_policy', 'stretch');
  const extrapolation = c.float('extrapolation_value', 0);
  const scales = c.list('scales', at) ?? [];
  const roi = at === 2 && how.coordinates === 'tf_crop_and_resize' ? c.numbers(1, 'a region') : null;
  const ends = (i: 0 | 1) =>
    spatial(
      spread(roi?.slice(i * axes.length, (i + 1) * axes.length) ?? [], axes, rank, () => i),
      i,
    );
  const region = [...ends(0), ...ends(1)] as unknown as Region;
  const inside = roi ? { ...how, region } : how;
  const y =
    scales.length > 0
      ? byScale(
          c,
          x,
          inside,
          spread(scales, axes, rank, () => 1),
        )
      : bySize(c, x, inside, c.sizes(3, 'sizes'), axes, policy);
  return roi && extrapolation !== 0 ? extrapolated(c, y, region, extrapolation) : y;
};

function byScale(c: Call, x: Value, how: Interpolation, scales: readonly number[]): Value {
  checkChannels(c, (axis) => scales[axis] === 1);
  return c.holds(c.to.add('resize', [c.to.map(x)], { ...how, scale: spatial(scales, 1) }), scales.length);
}

const GRID_MODES = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
} as const;

const gridSample: Operator = (c) => {
  if (c.dims(0).length !== 4) c.unsupported(`an input of rank ${c.dims(0).length}, should be 4`);
  const attrs = {
    mode: named(c, 'mode', 'linear', GRID_MODES),
    padding: named(c, 'padding_mode', 'zeros', itself('zeros', 'border', 'reflection')),
    alignCorners: c.int('align_corners', 0) === 1,
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
