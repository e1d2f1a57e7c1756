import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
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
});
