import { type Interpolation, scaleFraction } from '../../../lower/resize_table.js';
import { type ResizeOptions, resizeTables } from '../../../ops/resize.js';
import { pair, type Shape } from '../../../shape.js';
import type { LayerExport } from './exporter.js';

const MODES = { nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic' } as const;

/** ONNX's operator to a size or by scales, each the name of a value. */
function written(e: LayerExport, o: Interpolation, { sizes = '', scales = '' }): string {
  const { mode, coordinates = 'half_pixel', rounding = 'round_prefer_floor', region, cubic = -0.75 } = o;
  const antialias = o.antialias && mode !== 'nearest';
  if (antialias) e.need(18);
  if (coordinates === 'half_pixel_symmetric') e.need(19);
  const [top, left, bottom, right] = region ?? [0, 0, 1, 1];
  const cropped = coordinates === 'tf_crop_and_resize';
  const roi = cropped ? e.floats('region', Float32Array.of(0, 0, top, left, 1, 1, bottom, right), [8]) : '';
  return e.add('Resize', [e.x, roi, ...(sizes ? [scales, sizes] : [scales])], {
    mode: MODES[mode],
    coordinate_transformation_mode: coordinates,
    ...(mode === 'nearest' && { nearest_mode: rounding }),
    ...(mode === 'bicubic' && {
      cubic_coeff_a: { float: cubic },
      exclude_outside: Number(o.excludeOutside ?? false),
    }),
    ...(cropped && { extrapolation_value: { float: 0 } }),
    ...(antialias && { antialias: 1 }),
  });
}

/** What one axis gathers, as a matrix in rows of the output. */
function matrix(
  { first, taps, weights }: ReturnType<typeof resizeTables>['rows'],
  size: number,
): Float32Array {
  const found = new Float32Array(first.length * size);
  for (const [at, start] of first.entries())
    for (let k = 0; k < taps; k++) found[at * size + start + k] = weights[at * taps + k]!;
  return found;
}

function transposed(m: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(m, (_, i) => m[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** The same of a map of known size as two matrix products: y = rows * x * columns. */
function products(e: LayerExport, x: Shape, o: ResizeOptions): string {
  const { rows, columns } = resizeTables(e.node.name, x, o);
  const [h, w] = [rows.first.length, columns.first.length];
  const left = e.floats('rows', matrix(rows, x.h), [h, x.h]);
  const right = e.floats('columns', transposed(matrix(columns, x.w), w, x.w), [x.w, w]);
  return e.add('MatMul', [e.add('MatMul', [left, e.x]), right]);
}

/** Whether ONNX's Resize says it: scales or a size, not both, and taps excluded with cubic filters alone. */
const isPlain = (o: ResizeOptions): boolean =>
  !('scale' in o && o.size !== undefined) && (!o.excludeOutside || o.mode === 'bicubic');

const planeOf = (size: NonNullable<ResizeOptions['size']>) => ('h' in size ? [size.h, size.w] : [...size]);

export function resize(e: LayerExport<'resize'>, o: ResizeOptions): string {
  if (!isPlain(o)) {
    const [node] = e.node.inputs;
    if (!node?.size)
      return e.unsupported(`${o.mode} with scale and size or excludeOutside, the map's size should be known`);
    return products(e, { n: 1, c: node.channels, h: node.size[0], w: node.size[1] }, o);
  }
  if ('scale' in o) {
    const [y, x] = pair(o.scale)
      .map((scale) => scaleFraction(scale))
      .map(([up, down]) => up / down) as [number, number];
    return written(e, o, { scales: e.floats('scales', Float32Array.of(1, 1, y, x), [4]) });
  }
  const plane = e.ints(planeOf(o.size));
  return written(e, o, { sizes: e.add('Concat', [e.sizes(0, 0, 2), plane], { axis: 0 }) });
}

export function resizeTo(e: LayerExport<'resize_to'>, o: Interpolation): string {
  if (o.excludeOutside && o.mode !== 'bicubic')
    return e.unsupported(`${o.mode} with excludeOutside, should be bicubic`);
  return written(e, o, { sizes: e.add('Concat', [e.sizes(0, 0, 2), e.plane(1)], { axis: 0 }) });
}
