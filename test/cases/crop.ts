import { crop, cropSum } from '../../src/engine/operators.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import { type Crop, cropShape } from '../../src/lower/crop.js';
import { type Pair, pair, type Shape } from '../../src/shape.js';
import { crop as reference } from '../reference/crop.js';
import { type Case, sumTolerance } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

/** The crop as a layer, which takes its size from another map. */
export function cropped(g: Graph, x: Node, { offset, size }: Crop): Node {
  const [h, w] = 'h' in size ? [size.h, size.w] : size;
  return g.crop('cropped', x, g.input('like', 1, [h, w], 1), pair(offset));
}

export function window(name: string, [n, c, h, w]: Size, o: Crop): Case {
  const xs: Shape = { n, c, h, w };
  const ys = cropShape('crop', xs, o);
  return {
    name: `crop: ${name}`,
    op: 'crop',
    inputs: { x: [n, c, h, w] },
    tolerance: 0,
    flops: 0,
    bytes: 8 * ys.n * ys.c * ys.h * ys.w,
    splits: ys.n * ys.h >= 3,
    layer: { op: 'crop', x: xs, y: ys, offset: pair(o.offset) },
    gradient: { add: (g, { x }) => cropped(g, x!, o) },
    reference: (data) => [reference(data.x!, xs, o)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void crop(on, x, o, y), free: () => free(x, y) };
    },
  };
}

export function skip(name: string, [n, c, h, w]: Size, [bh, bw]: Pair, offset: number | Pair): Case {
  const as: Shape = { n, c, h, w };
  const bs: Shape = { n, c, h: bh, w: bw };
  return {
    name: `crop_sum: ${name}`,
    op: 'crop_sum',
    inputs: { a: [n, c, h, w], b: [n, c, bh, bw] },
    tolerance: sumTolerance(2),
    flops: n * c * h * w,
    bytes: 12 * n * c * h * w,
    splits: n * h >= 3,
    layer: { op: 'crop_sum', input: 'b', x: bs, y: as, offset: pair(offset) },
    gradient: { add: (g, { a, b }) => g.add('crop_sum', 'y', [a!, b!], { offset: pair(offset) }) },
    reference(data) {
      const b = reference(data.b!, bs, { offset, size: as });
      return [b.map((value, at) => value + data.a![at]!)];
    },
    launch(engine, data, elem) {
      const a = upload(engine, data.a!, as, elem, 'a');
      const b = upload(engine, data.b!, bs, elem, 'b');
      const y = empty(engine, as, elem, 'y');
      return { outputs: [y], run: (on) => void cropSum(on, a, b, { offset }, y), free: () => free(a, b, y) };
    },
  };
}

export const cropCases: readonly Case[] = [
  window('at 19, as score of FCN-32s', [1, 21, 64, 70], { offset: 19, size: [41, 47] }),
  window('of each image of a batch, unlike on each axis', [3, 7, 12, 15], { offset: [0, 6], size: [5, 9] }),
  window('to the size of another map', [1, 4, 9, 8], { offset: [2, 0], size: { h: 7, w: 8 } }),
  skip('at 5, as fuse_pool4 of FCN-16s', [1, 21, 18, 20], [32, 34], 5),
  skip('a batch, unlike on each axis', [2, 6, 5, 9], [11, 10], [6, 1]),
];
