import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { poolShape } from '../../src/lower/pool.js';
import { windowSize } from '../../src/shape.js';

describe('shape', () => {
  const w = { kernel: 2, stride: 2, dilation: 1, before: 0, after: 0 };
  it('rounds a pool up as Caffe does', () => {
    expect(windowSize('pool', 7, w, { ceil: true, clip: true })).to.equal(4);
    expect(windowSize('pool', 7, w)).to.equal(3);
  });
  it('drops a last window beyond image and leading padding', () => {
    const padded = { ...w, kernel: 2, stride: 3, before: 1, after: 1 };
    expect(windowSize('pool', 3, padded, { ceil: true, clip: false })).to.equal(2);
    expect(windowSize('pool', 2, { ...padded, kernel: 1 }, { ceil: true, clip: true })).to.equal(1);
  });
  it('refuses a window larger than the padded map, with the numbers', () => {
    expect(() => windowSize('conv5', 4, { ...w, kernel: 7 })).to.throw(
      ShapeError,
      'conv5: window of 7 on a padded map of 4, should be at most 4',
    );
  });
  it('refuses a pool of which a window lies on padding alone, but for an average that counts that', () => {
    const x = { n: 1, c: 4, h: 3, w: 5 };
    const of = (o: Parameters<typeof poolShape>[2]) => () => poolShape('pool1', x, o);
    expect(of({ kernel: 2, stride: 2, pad: [0, 2, 0, 0] })).to.throw(
      ShapeError,
      'pool1: window 0 of 3 columns begins at -2 and meets none of 5 pixels, should meet one',
    );
    expect(of({ kernel: 2, stride: 2, pad: [0, 0, 2, 0] })).not.to.throw();
    expect(of({ kernel: 2, stride: 2, pad: [0, 0, 3, 0] })).to.throw(
      ShapeError,
      'begins at 4 and meets none of 3',
    );
    expect(of({ kernel: 2, stride: 4, ceil: true })).to.throw(ShapeError, 'window 1 of 2 rows begins at 4');
    expect(of({ kernel: 2, stride: 4, ceil: true, clip: true })).not.to.throw();
    // Taps 3 apart on both sides of the map.
    expect(() => poolShape('p', { ...x, h: 2 }, { kernel: 2, dilation: 3, pad: [1, 0, 1, 0] })).to.throw(
      ShapeError,
    );
    expect(of({ kernel: 2, pad: 2, countPad: true })).not.to.throw();
  });
  it('refuses the pools of which a window, one by one, meets no pixel, and no others', () => {
    const numbers = [0, 1, 2, 3, 4, 5, 6];
    const outcomes = { read: 0, refused: 0 };
    for (const [h, kernel, stride, dilation, before, after] of combinations(
      numbers.slice(1, 4),
      numbers.slice(1, 4),
      numbers.slice(1),
      numbers.slice(1),
      numbers,
      [0, 2, 5],
    )) {
      if (before! + h! + after! < (kernel! - 1) * dilation! + 1) continue;
      const o = { kernel: [kernel!, 1], stride: [stride!, 1], dilation: [dilation!, 1] } as const;
      const count = windowSize('p', h!, {
        kernel: kernel!,
        stride: stride!,
        dilation: dilation!,
        before: before!,
        after: after!,
      });
      const starts = Array.from({ length: count }, (_, at) => at * stride! - before!);
      const meets = starts.every((start) =>
        Array.from({ length: kernel! }, (_, k) => start + k * dilation!).some((i) => i >= 0 && i < h!),
      );
      const of = () => poolShape('p', { n: 1, c: 4, h: h!, w: 1 }, { ...o, pad: [before!, 0, after!, 0] });
      outcomes[meets ? 'read' : 'refused']++;
      if (meets) expect(of).not.to.throw();
      else expect(of, JSON.stringify({ h, o, before, after })).to.throw(ShapeError, 'meets none of');
    }
    expect(Math.min(outcomes.read, outcomes.refused)).to.be.above(1000);
  });
  it('takes no longer to check a pool of 2^31 windows', () => {
    const start = performance.now();
    const x = { n: 1, c: 4, h: 3, w: 5 };
    expect(() => poolShape('p', x, { kernel: 2 ** 31, pad: 2 ** 31 })).to.throw(ShapeError);
    expect(poolShape('p', x, { kernel: 2 ** 31, pad: 2 ** 31 - 1 }).h).to.equal(2 ** 31 + 2);
    expect(performance.now() - start).to.be.below(100);
  });
});

/** Every choice of one number out of each list. */
function combinations(...lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>(
    (made, list) => made.flatMap((head) => list.map((n) => [...head, n])),
    [[]],
  );
}
