import { expect } from 'chai';
import { FormatError, ShapeError } from '../../src/errors.js';
import { parsePreprocess } from '../../src/image/preprocess.js';
import { CAFFE_PREPROCESS, preprocessParams } from '../../src/ops/image.js';

describe('preprocess', () => {
  it('reads order, mean, std and scale', () => {
    const value = { order: 'rgb', mean: [0.485, 0.456, 0.406], std: [0.2, 0.3, 0.4], scale: 1 / 255 };
    expect(parsePreprocess(JSON.stringify(value))).to.deep.equal(value);
    expect(parsePreprocess('{ "order": "grey", "mean": [33] }')).to.deep.equal({ order: 'grey', mean: [33] });
  });
  const bad: readonly [json: string, text: string][] = [
    ['{', 'should be JSON'],
    ['[1]', 'preprocess: [1], should be an object with order, mean, std and scale'],
    ['{ "order": "hsv", "mean": [1, 2, 3] }', 'order "hsv", should be "rgb", "bgr" or "grey"'],
    ['{ "order": "toString", "mean": [1, 2, 3] }', 'order "toString"'],
    ['{ "order": "bgr" }', 'mean undefined, should be 3 finite numbers for bgr'],
    ['{ "order": "bgr", "mean": [1, 2] }', 'mean [1,2], should be 3 finite numbers for bgr'],
    ['{ "order": "grey", "mean": [1, 2, 3] }', 'should be 1 finite number for grey'],
    ['{ "order": "bgr", "mean": [1, 2, 3], "std": [1, 0, 1] }', 'std [1,0,1], should be'],
    ['{ "order": "bgr", "mean": [1, 2, 3], "scale": "1" }', 'scale "1", should be a finite number'],
    ['{ "order": "bgr", "mean": [1, 2, 3], "means": 1 }', 'key "means", should be order, mean, std or scale'],
  ];
  for (const [json, text] of bad) {
    it(`refuses ${json}`, () => {
      expect(() => parsePreprocess(json)).to.throw(FormatError, text);
    });
  }
  it('swaps red and blue for Caffe', () => {
    const p = preprocessParams('image', CAFFE_PREPROCESS);
    expect([p.red_0, p.green_0, p.blue_0, p.offset_0]).to.deep.equal([0, 0, 1, -104]);
    expect([p.red_2, p.green_2, p.blue_2, p.offset_2]).to.deep.equal([1, 0, 0, -123]);
  });
  it('names a mean of the wrong length', () => {
    expect(() => preprocessParams('image', { order: 'rgb', mean: [1] })).to.throw(
      ShapeError,
      'image: mean of 1 values, should be 3 for rgb',
    );
  });
});
