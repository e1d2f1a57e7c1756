import { expect } from 'chai';
import { philox } from '../reference/philox.js';

const hex = (words: readonly number[]): string[] => words.map((w) => w.toString(16).padStart(8, '0'));

describe('philox', () => {
  // The known answers of Random123's kat_vectors.
  it('gives the known answers', () => {
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).to.deep.equal(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    const ones = 0xffffffff;
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).to.deep.equal([
      '408f276d',
      '41c83b0e',
      'a20bc7c6',
      '6d5451fd',
    ]);
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(hex(philox(pi, [0xa4093822, 0x299f31d0]))).to.deep.equal([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });
});
