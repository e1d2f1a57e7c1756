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
});
