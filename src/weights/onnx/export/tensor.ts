import type { TensorAttrs } from '../../../graph/kinds/tensor.js';
import type { PadOptions } from '../../../lower/gather_tables.js';
import type { Exporters, LayerExport } from './exporter.js';
import { rearrange } from './rearrange.js';

const AXES = ['n', 'c', 'h', 'w'];

/** The end of an axis, in either direction. */
const FAR = 2n ** 63n - 1n;

/** Padding first, then what is cut: a mirrored edge may lie where the map is cut. */
function pad(e: LayerExport, { before, after, mode, value }: PadOptions): string {
  if (mode === 'wrap') e.need(19);
  const ends = [...before, ...after];
  const more = ends.map((v) => Math.max(v, 0));
  const less = ends.map((v) => Math.min(v, 0));
  const padded = more.some((v) => v !== 0)
    ? e.add('Pad', [e.x, e.ints(more), ...(mode === 'constant' ? [e.number(value)] : [])], { mode })
    : e.x;
  return less.some((v) => v !== 0) ? e.add('Pad', [padded, e.ints(less)]) : padded;
}

/** GridSample's modes, under the names of before opset 20. */
const EARLIER = { linear: 'bilinear', nearest: 'nearest', cubic: 'bicubic' } as const;

export const TENSOR: Exporters<TensorAttrs> = {
  constant: (e, { shape: { n, c, h, w } }) => e.weight('value', [n, c, h, w]),
  rearrange,
  pad,
  slice: (e, { axis, start, end, step }) =>
    e.add('Slice', [
      e.x,
      e.ints([start]),
      e.ints([end ?? (step > 0 ? FAR : -FAR)]),
      e.ints([AXES.indexOf(axis)]),
      e.ints([step]),
    ]),
  take: (e, { axis, indices }) => e.add('Gather', [e.x, e.ints(indices)], { axis: AXES.indexOf(axis) }),
  matmul(e) {
    const [a, b] = e.inputs as [string, string];
    // [n, h, j, k] x [n, h, k, i]
    const left = e.add('Transpose', [b], { perm: [0, 2, 3, 1] });
    const right = e.add('Transpose', [a], { perm: [0, 2, 1, 3] });
    return e.add('Transpose', [e.add('MatMul', [left, right])], { perm: [0, 2, 1, 3] });
  },
  max_unpool(e, { size }) {
    const [x, position] = e.inputs as [string, string];
    const shape = e.add('Concat', [e.sizes(0, 0, 2), e.ints(size)], { axis: 0 });
    const all = e.ints([-1]);
    const empty = e.add('Expand', [e.number(0), shape]);
    const flat = (value: string) => e.add('Reshape', [value, all]);
    const filled = e.add('ScatterElements', [flat(empty), flat(e.cast(position, 'int64')), flat(x)], {
      axis: 0,
    });
    return e.add('Reshape', [filled, shape]);
  },
  grid_sample(e, { mode, padding, alignCorners }) {
    const [x, grid] = e.inputs as [string, string];
    return e.add('GridSample', [x, e.add('Transpose', [grid], { perm: [0, 2, 3, 1] })], {
      mode: e.to.opset < 20 ? EARLIER[mode] : mode,
      padding_mode: padding,
      align_corners: Number(alignCorners),
    });
  },
};
