import { expect } from 'chai';
import { ShapeError, WeightsError } from '../../src/errors.js';
import { batchNormScale, foldScale } from '../../src/ops/batch_norm.js';
import { concatShape } from '../../src/ops/concat.js';
import { preluSlope } from '../../src/ops/prelu.js';
import { sumShape } from '../../src/ops/sum.js';
import { random } from '../random.js';
import { conv2d } from '../reference/conv2d.js';

describe('batch norm at inference', () => {
  it('is a factor and a summand for each channel', () => {
    const { scale, bias } = batchNormScale([2, 3], [0.5, -1], [1, -2], [3.75, 0], 0.25);
    expect([...scale]).to.deep.equal([1, 6]);
    expect([...bias]).to.deep.equal([-0.5, 11]);
  });
  it('has gamma 1 and beta 0 where the file has none', () => {
    const { scale, bias } = batchNormScale(null, null, [3], [4], 0);
    expect([scale[0], bias[0]]).to.deep.equal([0.5, -1.5]);
  });
  it('refuses statistics without a finite scale', () => {
    expect(() => batchNormScale(null, null, [1], [0], 0)).to.throw(
      WeightsError,
      'variance 0 + 0 of channel 0',
    );
    expect(() => batchNormScale(null, null, [1], [-1], 0.5)).to.throw(WeightsError);
    expect(() => batchNormScale([1, 2], null, [1], [1], 0)).to.throw(
      ShapeError,
      'batch_norm: 2 of gamma, should be 1',
    );
  });
  it('folds into the convolution before it', () => {
    const x = { n: 1, c: 4, h: 5, w: 6 };
    const shape = { out: 6, in: 4, kernel: [3, 2], groups: 2, transposed: false } as const;
    const [data, w, b, factor, summand] = [120, 72, 6, 6, 6].map((count, i) => random(count, 5 + i));
    const s = { scale: factor!, bias: summand! };
    const y = conv2d(data!, x, w!, shape, b!);
    const folded = foldScale(w!, b!, shape, s);
    const z = conv2d(data!, x, folded.w, shape, folded.b);
    const area = y.length / 6;
    for (const [i, value] of y.entries()) {
      const c = Math.floor(i / area);
      expect(z[i]).to.be.closeTo(value * factor![c]! + summand![c]!, 1e-5);
    }
  });
  it('folds into transposed weights by their own order', () => {
    const shape = { out: 4, in: 6, kernel: [1, 2], groups: 2, transposed: true } as const;
    const w = new Float32Array(24).fill(1); // [6 in, 2 of each group, 1, 2]
    const s = { scale: Float32Array.of(1, 2, 3, 4), bias: new Float32Array(4) };
    const row = (a: number, b: number) => [a, a, b, b];
    expect([...foldScale(w, null, shape, s).w]).to.deep.equal([
      ...[1, 1, 1].flatMap(() => row(1, 2)),
      ...[1, 1, 1].flatMap(() => row(3, 4)),
    ]);
  });
});

describe('shapes of channel-wise operators', () => {
  const x = { n: 1, c: 3, h: 4, w: 5 };
  it('adds up the channels of a concatenation', () => {
    expect(concatShape('concat', [x, { ...x, c: 6 }])).to.deep.equal({ ...x, c: 9 });
    expect(() => concatShape('fire2/concat', [x, { ...x, w: 6 }])).to.throw(
      ShapeError,
      'fire2/concat: map of [1, 3, 4, 6] behind one of [1, 3, 4, 5]',
    );
  });
  it('sums maps of one shape only', () => {
    expect(() => sumShape('fuse', [x, { ...x, h: 9 }])).to.throw(
      ShapeError,
      'fuse: map of [1, 3, 9, 5], should be [1, 3, 4, 5]',
    );
    expect(() => sumShape('fuse', [x, x], { coefficients: [1] })).to.throw(
      ShapeError,
      'fuse: 1 coefficients, should be 2',
    );
  });
  it('repeats a slope that the channels share', () => {
    expect([...preluSlope('prelu1', Float32Array.of(0.25), 3)]).to.deep.equal([0.25, 0.25, 0.25]);
    expect(() => preluSlope('prelu1', new Float32Array(2), 3)).to.throw(
      ShapeError,
      'prelu1: 2 slopes for 3 channels, should be 3 or 1',
    );
  });
});
