import { type PhaseOptions, splitPhases, stitch } from '../../src/engine/operators.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import { splitShape } from '../../src/ops/stitch.js';
import type { Shape } from '../../src/shape.js';
import { split as splitTwin, stitch as stitchTwin } from '../reference/stitch.js';
import { type Case, product } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

const dims = (s: Shape) => [s.n, s.c, s.h, s.w];

function phases(name: string, [n, c, h, w]: Size, { size, ...o }: PhaseOptions): Case {
  const xs: Shape = { n, c, h, w };
  const ys = splitShape('split_phases', xs, o, size);
  return {
    name: `split_phases: ${name}`,
    op: 'stitch',
    inputs: { x: [n, c, h, w] },
    tolerance: 0,
    flops: 0,
    bytes: 8 * product(dims(ys)),
    splits: ys.n * ys.h >= 3,
    reference: (data) => [splitTwin(data.x!, xs, o, size)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      const options = { ...o, size: [ys.h, ys.w] as const };
      return { outputs: [y], run: (on) => void splitPhases(on, x, options, y), free: () => free(x, y) };
    },
  };
}

/** Phases that fill the map, in two parts where some have a row less: none of its cells may keep the poison. */
function stitched(name: string, [n, c, h, w]: Size, factor: number): Case {
  const whole: Shape = { n, c, h, w };
  const cut = h % factor;
  const ranges =
    cut === 0
      ? [[0, factor]]
      : [
          [0, cut],
          [cut, factor],
        ];
  const parts = ranges.map(([from = 0, to = 0]) => {
    const o = { factor, first: [from, 0] as const, count: [to - from, factor] as const };
    const size = [Math.ceil((h - from) / factor), w / factor] as const;
    return { o, shape: splitShape('split_phases', whole, o, size) };
  });
  return {
    name: `stitch: ${name}`,
    op: 'stitch',
    inputs: Object.fromEntries(parts.map(({ shape }, i) => [`x${i}`, dims(shape)])),
    tolerance: 0,
    flops: 0,
    bytes: 8 * parts.reduce((sum, { shape }) => sum + product(dims(shape)), 0),
    splits: n * h >= 3,
    reference(data) {
      const y = new Float64Array(product(dims(whole)));
      for (const [i, { o, shape }] of parts.entries()) stitchTwin(data[`x${i}`]!, shape, o, [h, w], y);
      return [y];
    },
    launch(engine, data, elem) {
      const xs = parts.map(({ shape }, i) => upload(engine, data[`x${i}`]!, shape, elem, `x${i}`));
      const y = empty(engine, whole, elem, 'y');
      return {
        outputs: [y],
        run: (on) => {
          for (const [i, { o }] of parts.entries()) stitch(on, xs[i]!, o, y);
        },
        free: () => free(...xs, y),
      };
    },
  };
}

export const stitchCases: readonly Case[] = [
  phases('by 2, the last of the phases one cell shorter', [2, 7, 9, 13], { factor: 2 }),
  phases('unlike on each axis', [1, 21, 17, 10], { factor: [4, 3] }),
  phases('shifted windows, zero beyond the map', [2, 3, 11, 9], {
    factor: 1,
    count: [1, 4],
    step: 2,
    first: [-3, -6],
    size: [14, 15],
  }),
  stitched('by 2, a batch', [2, 7, 12, 10], 2),
  stitched('by 8, as the scores of FCN-8s made dense', [1, 21, 40, 48], 8),
  stitched('by 3, phases with a row less apart', [2, 5, 10, 9], 3),
];
