import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { cropShape } from '../../src/lower/crop.js';
import { phaseTaps, transposedRows, transposedShape, transposedWindow } from '../../src/lower/transposed.js';

const x = { n: 1, c: 21, h: 16, w: 16 };

describe('transposed convolution', () => {
  it('has the sizes of the paper: 32n + 32, and the image after the crop', () => {
    const o = { stride: 32 };
    expect(transposedShape('upscore', x, 21, [64, 64], o)).to.include({ h: 544, w: 544 });
    const crop = { offset: 19, size: [500, 500] } as const;
    expect(transposedShape('score', x, 21, [64, 64], { ...o, crop })).to.include({ h: 500, w: 500 });
  });
  it('finds the taps and input pixels of every output pixel', () => {
    for (let stride = 1; stride <= 8; stride++)
      for (let dilation = 1; dilation <= 8; dilation++) {
        const { step, jump, inverse } = phaseTaps(stride, dilation);
        expect(jump * stride).to.equal(step * dilation);
        for (let p = 0; p < 3 * stride; p++) {
          const meets = Array.from({ length: 2 * step }, (_, u) => (p - u * dilation) % stride === 0);
          const first = meets.indexOf(true);
          if (first >= 0) expect((Math.floor((p * step) / stride) * inverse) % step).to.equal(first);
          else expect(p % (stride / step)).to.not.equal(0);
        }
      }
  });
  it('reads only the input rows under a band', () => {
    const win = transposedWindow([16, 16], { stride: 8, crop: { offset: 31, size: [20, 20] } });
    const rows = transposedRows(16, win);
    expect(rows(0, 1)).to.deep.equal([2, 4]);
    expect(rows(1, 2)).to.deep.equal([3, 5]);
    expect(rows(0, 20)).to.deep.equal([2, 7]);
  });
  it('refuses padding that leaves nothing, with the numbers', () => {
    expect(() => transposedShape('up', { ...x, h: 1 }, 21, [2, 2], { pad: 1 })).to.throw(
      ShapeError,
      'up: padding of 2 on an output of 2, should be at most 1',
    );
  });
});

describe('crop', () => {
  it('refuses a window beyond the map or a negative offset, with the numbers', () => {
    expect(() => cropShape('score', x, { offset: 5, size: [12, 11] })).to.throw(
      ShapeError,
      'score: crop of rows 5 to 17 of [1, 21, 16, 16], should end by 16',
    );
    expect(() => cropShape('score', x, { offset: [0, -1], size: [2, 2] })).to.throw(
      ShapeError,
      'score: crop of 2 columns from -1, should be whole and from 0 or more',
    );
  });
});
