import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { runTable } from '../../src/lower/resample.js';
import { type Interpolation, resizeTable, scaleFraction } from '../../src/lower/resize_table.js';

const bySize = (size: number, out: number, o: Interpolation) =>
  resizeTable({ size, out, up: out, down: size }, o);

/** Dense weights of one output coordinate. */
const row = (t: ReturnType<typeof resizeTable>, size: number, at: number): number[] => {
  const dense = Array<number>(size).fill(0);
  for (let k = 0; k < t.taps; k++) dense[t.first[at]! + k]! += t.weights[at * t.taps + k]!;
  return dense;
};

describe('resize tables', () => {
  it('finds the fraction behind a scale', () => {
    expect(scaleFraction(Math.fround(1 / 3))).to.deep.equal([1, 3]);
    expect(scaleFraction(Math.fround(0.6))).to.deep.equal([3, 5]);
    expect(scaleFraction(2.5)).to.deep.equal([5, 2]);
    expect(scaleFraction(32)).to.deep.equal([32, 1]);
    const [up, down] = scaleFraction(Math.fround(Math.SQRT2 / 100));
    expect(Math.fround(up / down)).to.equal(Math.fround(Math.SQRT2 / 100));
    expect(() => scaleFraction(0)).to.throw(ShapeError, 'resize: scale 0, should be above 0');
  });
  it('meets every third pixel where a quotient in f32 falls short of it', () => {
    const t = bySize(21600, 7200, { mode: 'nearest', rounding: 'floor', coordinates: 'asymmetric' });
    for (let at = 0; at < 7200; at++) expect(t.first[at]).to.equal(3 * at);
  });
  it('doubles with quarters and repeats the edge', () => {
    const t = bySize(3, 6, { mode: 'bilinear' });
    expect(row(t, 3, 0)).to.deep.equal([1, 0, 0]);
    expect(row(t, 3, 1)).to.deep.equal([0.75, 0.25, 0]);
    expect(row(t, 3, 2)).to.deep.equal([0.25, 0.75, 0]);
    expect(row(t, 3, 5)).to.deep.equal([0, 0, 1]);
  });
  it('meets the corners when aligned', () => {
    const t = bySize(4, 7, { mode: 'bilinear', coordinates: 'align_corners' });
    expect(row(t, 4, 0)).to.deep.equal([1, 0, 0, 0]);
    expect(row(t, 4, 1)).to.deep.equal([0.5, 0.5, 0, 0]);
    expect(row(t, 4, 6)).to.deep.equal([0, 0, 0, 1]);
  });
  it('rounds a half as named', () => {
    const halves = { mode: 'nearest', coordinates: 'half_pixel' } as const;
    // Output 0 of 4 to 2 lies at 0.5, output 1 at 2.5.
    const first = (rounding: 'floor' | 'ceil' | 'round_prefer_floor' | 'round_prefer_ceil') => [
      ...bySize(4, 2, { ...halves, rounding }).first,
    ];
    expect(first('round_prefer_floor')).to.deep.equal([0, 2]);
    expect(first('round_prefer_ceil')).to.deep.equal([1, 3]);
    expect(first('floor')).to.deep.equal([0, 2]);
    expect(first('ceil')).to.deep.equal([1, 3]);
  });
  it('has weights that sum to 1, first indices that never fall and taps on the map', () => {
    for (const mode of ['bilinear', 'bicubic'] as const)
      for (const antialias of [false, true])
        for (const excludeOutside of [false, true])
          for (const coordinates of [
            'half_pixel',
            'align_corners',
            'asymmetric',
            'pytorch_half_pixel',
          ] as const)
            for (const [size, out] of [
              [1, 5],
              [7, 1],
              [9, 9],
              [10, 23],
              [23, 10],
              [40, 3],
            ] as const) {
              const t = bySize(size, out, { mode, antialias, excludeOutside, coordinates });
              for (let at = 0; at < out; at++) {
                const sum = row(t, size, at).reduce((a, b) => a + b, 0);
                expect(sum, `${mode} ${coordinates} ${size} to ${out}`).to.be.closeTo(1, 1e-12);
                expect(t.first[at]! + t.taps).to.be.at.most(size);
                if (at > 0) expect(t.first[at]!).to.be.at.least(t.first[at - 1]!);
              }
            }
  });

  it('give runs of 4 columns what each column takes, within the map', () => {
    for (const mode of ['nearest', 'bilinear', 'bicubic'] as const)
      for (const [size, out] of [
        [1, 5],
        [7, 1],
        [9, 9],
        [10, 23],
        [23, 10],
        [40, 3],
        [5, 40],
      ] as const) {
        const t = bySize(size, out, { mode });
        const { first, span, weights } = runTable(t, size);
        for (let at = 0; at < out; at++) {
          const run = at >> 2;
          const found = Array<number>(size).fill(0);
          for (let v = 0; v < span; v++) found[first[run]! + v] = weights[4 * (run * span + v) + (at & 3)]!;
          expect(found, `${mode} ${size} to ${out}, ${at}`).to.deep.equal(row(t, size, at).map(Math.fround));
        }
        expect(weights.length).to.equal(4 * span * Math.ceil(out / 4));
      }
  });
});
