import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { vgg16Classifier } from '../../src/nets/vgg16.js';
import { fit } from '../../src/page/fit.js';

/** Two levels of halves with a skip that is not cropped: takes multiples of 4. */
function skips(size?: readonly [number, number]): Graph {
  const g = new Graph('skips');
  const data = g.input('data', 3, size);
  const pool1 = g.maxPool('pool1', data, { kernel: 2, stride: 2, ceil: true });
  const pool2 = g.maxPool('pool2', pool1, { kernel: 2, stride: 2, ceil: true });
  const up2 = g.upsample('up2', pool2, { kernel: 2, stride: 2 });
  const fused = g.sum('fused', [pool1, up2]);
  g.output(g.upsample('score', fused, { kernel: 2, stride: 2 }));
  return g;
}

describe('how a picture fits a net', () => {
  it('as it is, or up to the multiple that the net takes', () => {
    for (const [picture, input] of [
      [
        [8, 12],
        [8, 12],
      ],
      [
        [7, 12],
        [8, 12],
      ],
      [
        [9, 1],
        [12, 4],
      ],
    ] as const)
      expect(fit(skips(), picture)).to.deep.equal({ picture, stretched: picture, input });
  });

  it('stretched to a wanted size, or to the only one of the net', () => {
    const picture = [30, 20] as const;
    expect(fit(skips(), picture, { size: [16, 10] })).to.deep.equal({
      picture,
      stretched: [16, 10],
      input: [16, 12],
    });
    expect(fit(skips([8, 8]), picture)).to.deep.equal({ picture, stretched: [8, 8], input: [8, 8] });
  });

  it('where the picture is scored as a whole, by one cell', () => {
    const classifier = vgg16Classifier({ width: 1 / 64, side: 32 });
    const stretched = { stretched: [32, 32], input: [32, 32] };
    expect(fit(classifier, [30, 20], { whole: true })).to.deep.equal({ picture: [30, 20], ...stretched });
    expect(() => fit(classifier, [30, 20])).to.throw(
      ShapeError,
      "output 'fc8': 1 x 1 cells for 32 x 32 pixels",
    );
    expect(() => fit(skips(), [8, 8], { whole: true })).to.throw(
      ShapeError,
      "output 'score': 8 x 8 cells for 8 x 8 pixels, should be one",
    );
  });

  it('not at all where no multiple does, with the error of its own size', () => {
    const g = new Graph('unlike');
    const data = g.input('data', 3);
    g.output(g.sum('both', [data, g.maxPool('pool', data, { kernel: 2, stride: 2 })]));
    expect(() => fit(g, [9, 9])).to.throw(ShapeError, /^both: .*9, 9/);
    const coarse = new Graph('coarse');
    coarse.output(coarse.maxPool('pool', coarse.input('data', 3), { kernel: 2, stride: 2 }));
    expect(() => fit(coarse, [10, 8])).to.throw(
      ShapeError,
      "output 'pool': 5 x 4 cells for 10 x 8 pixels, should be one for each pixel",
    );
  });
});
