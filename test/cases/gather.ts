import { concat, gridSample, maxUnpool, pad, slice, take } from '../../src/engine/operators.js';
import { empty, free } from '../../src/engine/tensor.js';
import {
  type PadOptions,
  padShape,
  type SliceOptions,
  sliceShape,
  type TakeOptions,
  takeShape,
} from '../../src/lower/gather_tables.js';
import type { GridSampleOptions } from '../../src/ops/grid_sample.js';
import { winnerPlace } from '../../src/ops/max_unpool.js';
import { type RearrangeOptions, rearrange } from '../../src/ops/rearrange.js';
import * as reference from '../reference/tensor.js';
import { type Case, product, sumTolerance } from './case.js';
import { lowered, mapCase, type Size, shapeOf } from './maps.js';

const padded = (name: string, x: Size, o: PadOptions): Case => {
  const y = padShape('pad', shapeOf(x), o);
  return mapCase({
    op: 'pad',
    name,
    maps: [x],
    y,
    tolerance: 0,
    gradient: { add: (g, maps) => g.add('pad', 'y', maps, o) },
    reference: ([map]) => reference.pad(map!, o, y),
    run: (on, [map], out) => void pad(on, map!, o, out),
  });
};

const cut = (name: string, x: Size, o: SliceOptions, splits = true): Case => {
  const y = sliceShape('slice', shapeOf(x), o);
  return mapCase({
    op: 'slice',
    name,
    maps: [x],
    y,
    tolerance: 0,
    splits,
    gradient: { add: (g, maps) => g.add('slice', 'y', maps, o) },
    reference: ([map]) => reference.slice(map!, o, y),
    run: (on, [map], out) => void slice(on, map!, o, out),
  });
};

const taken = (name: string, x: Size, o: TakeOptions, splits = true): Case => {
  const y = takeShape('take', shapeOf(x), o);
  return mapCase({
    op: 'take',
    name,
    maps: [x],
    y,
    tolerance: 0,
    splits,
    gradient: { add: (g, maps) => g.add('take', 'y', maps, o) },
    reference: ([map]) => reference.take(map!, o, y),
    run: (on, [map], out) => void take(on, map!, o, out),
  });
};

const reordered = (name: string, x: Size, o: RearrangeOptions, splits = false): Case => {
  const y = { ...o.to, n: o.to.n ?? x[0] };
  return mapCase({
    op: 'rearrange',
    name,
    maps: [x],
    y,
    tolerance: 0,
    splits,
    gradient: { add: (g, maps) => g.add('rearrange', 'y', maps, o) },
    reference: ([map]) => reference.rearrange(map!, o),
    run: (on, [map], out) => lowered(on, 'rearrange', out, (ctx) => rearrange(ctx, { x: map!, y: out }, o)),
  });
};

const joined = (name: string, maps: readonly Size[], axis: 'n' | 'h' | 'w'): Case => {
  const y = { ...shapeOf(maps[0]!), [axis]: maps.reduce((sum, m) => sum + shapeOf(m)[axis], 0) };
  return mapCase({
    op: 'concat',
    name,
    maps,
    y,
    tolerance: 0,
    gradient: { sized: true, add: (g, all) => g.add('concat', 'y', all, { axis }) },
    reference: (all) => reference.concat(all, axis, y),
    run: (on, all, out) => void concat(on, all, { axis }, out),
  });
};

/** Places that no two values share: a step that is prime to the size of y goes through all of it. */
const unpooled = (name: string, x: Size, size: readonly [number, number]): Case => {
  const y = { ...shapeOf(x), h: size[0], w: size[1] };
  const most = product([y.n, y.c, y.h, y.w]);
  return mapCase({
    op: 'max_unpool',
    name,
    maps: [x, x],
    y,
    tolerance: 0,
    values: (v, i, at) => (i === 0 ? v : (at * 1009) % most),
    gradient: { of: ['a'], add: (g, all) => g.add('max_unpool', 'y', all, { size }) },
    reference: ([map, positions]) => reference.maxUnpool(map!, positions!, y),
    run: (on, [map, positions], out) => void maxUnpool(on, map!, positions!, size, out),
  });
};

const sampled = (name: string, x: Size, [h, w]: readonly [number, number], o: GridSampleOptions): Case => {
  const grid: Size = [x[0], 2, h, w];
  const y = { n: x[0], c: x[1], h, w };
  return mapCase({
    op: 'grid_sample',
    name: `${o.mode}, ${name}`,
    maps: [x, grid],
    y,
    // Coordinates are rounded to f32 of a pixel's place, and the values differ by up to 2 from pixel to pixel.
    tolerance: o.mode === 'nearest' ? 0 : sumTolerance(16) + 64 * 2 ** -24 * Math.max(x[2], x[3]),
    values: (v, i) => (i === 0 ? v : 2 * v),
    gradient: {
      kinks: o.mode === 'nearest' ? true : 'curved',
      add: (g, all) => g.add('grid_sample', 'y', all, o),
    },
    reference: ([map, places]) => reference.gridSample(map!, places!, o, y),
    run: (on, [map, places], out) => void gridSample(on, map!, places!, o, out),
  });
};

/** Where the winners of a pool stand, as numbers of a map. */
function winners(name: string, [n, c, h, w]: Size, order: 'row' | 'column'): Case {
  const y = { n, c, h, w };
  // A plane in which each place is its own winner, in some order.
  const plane = { h: 2 * h, w: 3 * w };
  const place = (at: number) => (at * 7) % (plane.h * plane.w);
  return {
    name: `winner_place: ${name}`,
    op: 'winner_place',
    inputs: { x: [n, c, h, w] },
    tolerance: 0,
    flops: 0,
    bytes: 8 * n * c * h * w,
    splits: n * h >= 3,
    reference: ({ x }) => [
      Float64Array.from(x!, (_, at) => {
        const i = place(at);
        return order === 'row' ? i : (i % plane.w) * plane.h + Math.floor(i / plane.w);
      }),
    ],
    launch(engine, _data, elem) {
      const winner = empty(engine, y, 'u32', 'winner');
      const c4 = Math.ceil(c / 4);
      const cells = new Uint32Array(n * h * w * c4 * 4);
      for (let at = 0; at < n * c * h * w; at++) {
        const plane = Math.floor(at / (h * w));
        const pixel = Math.floor(plane / c) * h * w + (at % (h * w));
        cells[pixel * c4 * 4 + (plane % c)] = place(at);
      }
      engine.device.queue.writeBuffer(winner.buffer, 0, cells);
      const out = empty(engine, y, elem, 'y');
      return {
        outputs: [out],
        run: (on) =>
          lowered(on, 'winner_place', out, (ctx) => winnerPlace(ctx, { winner, y: out }, plane, { order })),
        free: () => free(winner, out),
      };
    },
  };
}

const EDGES = ['constant', 'edge', 'reflect', 'wrap'] as const;

export const gatherCases: readonly Case[] = [
  ...EDGES.map((mode) =>
    padded(`${mode}, each end unlike, beyond the map's own size`, [2, 5, 6, 7], {
      before: [1, 2, 9, 3],
      after: [0, 3, 4, 16],
      mode,
      value: mode === 'constant' ? -0.75 : 0,
    }),
  ),
  padded('negative ends cut', [2, 7, 11, 13], {
    before: [0, -2, -1, 2],
    after: [0, 1, -3, -4],
    mode: 'constant',
    value: 0.5,
  }),
  cut('every third column, backwards', [2, 6, 7, 17], { axis: 'w', start: -1, end: null, step: -3 }),
  cut('channels from within a vec4', [2, 13, 8, 5], { axis: 'c', start: 3, end: -2, step: 1 }),
  cut('rows, ends beyond the map', [1, 5, 16, 9], { axis: 'h', start: -100, end: 100, step: 2 }),
  cut('images', [5, 6, 4, 3], { axis: 'n', start: 1, end: null, step: 2 }, false),
  taken('channels, some twice', [2, 9, 7, 5], { axis: 'c', indices: [8, 0, 3, 3, 5, 1, 8] }),
  taken('columns', [2, 5, 7, 9], { axis: 'w', indices: [8, 7, 0, 0, 4] }),
  taken('images in another order', [3, 6, 5, 4], { axis: 'n', indices: [2, 0, 1, 1] }, false),
  reordered('[0, 2, 3, 1] of each image', [2, 6, 5, 7], {
    digits: [
      { size: 5, stride: 7 },
      { size: 7, stride: 1 },
      { size: 6, stride: 35 },
    ],
    offset: 0,
    from: { n: null, c: 6, h: 5, w: 7 },
    to: { n: null, c: 5, h: 7, w: 6 },
  }),
  reordered('images and columns exchanged, rows backwards', [3, 5, 4, 6], {
    digits: [
      { size: 6, stride: 1 },
      { size: 5, stride: 24 },
      { size: 4, stride: -6 },
      { size: 3, stride: 120 },
    ],
    offset: 18,
    from: { n: 3, c: 5, h: 4, w: 6 },
    to: { n: 6, c: 5, h: 4, w: 3 },
  }),
  reordered(
    'a vector repeated into a map',
    [1, 9, 1, 1],
    {
      digits: [
        { size: 2, stride: 0 },
        { size: 9, stride: 1 },
        { size: 20, stride: 0 },
      ],
      offset: 0,
      from: { n: 1, c: 9, h: 1, w: 1 },
      to: { n: 2, c: 9, h: 4, w: 5 },
    },
    true,
  ),
  reordered('every other column, backwards, of two rows of each channel', [2, 5, 4, 7], {
    digits: [
      { size: 5, stride: 28 },
      { size: 2, stride: 7 },
      { size: 4, stride: -2 },
    ],
    offset: 20,
    from: { n: null, c: 5, h: 4, w: 7 },
    to: { n: null, c: 5, h: 2, w: 4 },
  }),
  reordered('a row of two images, twice', [2, 3, 4, 6], {
    digits: [
      { size: 2, stride: 0 },
      { size: 6, stride: 1 },
      { size: 2, stride: 72 },
    ],
    offset: 30,
    from: { n: 2, c: 3, h: 4, w: 6 },
    to: { n: 2, c: 6, h: 2, w: 1 },
  }),
  joined(
    'images',
    [
      [1, 6, 5, 7],
      [3, 6, 5, 7],
    ],
    'n',
  ),
  joined(
    'rows',
    [
      [2, 5, 3, 7],
      [2, 5, 6, 7],
      [2, 5, 1, 7],
    ],
    'h',
  ),
  joined(
    'columns',
    [
      [2, 7, 5, 1],
      [2, 7, 5, 9],
    ],
    'w',
  ),
  unpooled('a batch, channels that fill no vec4', [2, 5, 4, 3], [9, 8]),
  unpooled('eight channels', [1, 8, 5, 6], [15, 11]),
  ...(['zeros', 'border', 'reflection'] as const).flatMap((padding) =>
    (['nearest', 'linear', 'cubic'] as const).map((mode, i) =>
      sampled(`${padding} beyond the map`, [2, 5, 7, 9], [8, 11], { mode, padding, alignCorners: i === 1 }),
    ),
  ),
  sampled('corners at -1 and 1, a map of one row', [1, 6, 1, 12], [5, 7], {
    mode: 'linear',
    padding: 'reflection',
    alignCorners: true,
  }),
  winners('by rows', [2, 7, 5, 9], 'row'),
  winners('by columns', [1, 6, 8, 7], 'column'),
];
