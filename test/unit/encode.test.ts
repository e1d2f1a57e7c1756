import { expect } from 'chai';
import relu from '../../kernels/activation.wgsl';
import conv2d from '../../kernels/conv2d.wgsl';
import { LimitError } from '../../src/errors.js';
import { grid, writeParams } from '../../src/gpu/encode.js';
import type { Kernel } from '../../src/kernel.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';

describe('a dispatch', () => {
  const most = DEFAULT_LIMITS.workgroups * 64;
  const folded = (invocations: number, kernel: Kernel = relu, constants = {}) =>
    grid({ kernel, constants, invocations }, DEFAULT_LIMITS);

  it('folds where a row of workgroups would be too long, and never falls short', () => {
    for (const invocations of [1, 64, 65, most - 1, most, most + 1, 2 * most, 2 * most + 1, 7 * most + 13]) {
      const [x, y] = folded(invocations);
      expect(x).to.be.at.most(DEFAULT_LIMITS.workgroups);
      expect(x * y * 64).to.be.at.least(invocations);
      // Waste stays below a workgroup per row.
      expect(x * y - Math.ceil(invocations / 64)).to.be.below(y);
    }
    expect(folded(most)).to.deep.equal([65535, 1]);
    expect(folded(most + 1)).to.deep.equal([32768, 2]);
  });

  it('counts the invocations of a workgroup in all its directions', () => {
    const square = { ...relu, workgroup: [8, 4, 2] } as const;
    expect(folded(6400, square)).to.deep.equal([100, 1]);
    expect(folded(6401, square)).to.deep.equal([101, 1]);
    expect(conv2d.workgroup).to.deep.equal([64, 1, 1]);
    expect(folded(6400, conv2d)).to.deep.equal([100, 1]);
    expect(folded(6401, conv2d, { WORKGROUP: 128 })).to.deep.equal([51, 1]);
  });

  it('refuses what no grid of 32-bit indices holds', () => {
    expect(() => folded(2 ** 32 + 1)).to.throw(LimitError, 'activation: 67108865 workgroups');
  });

  it('has a value for each field of its params', () => {
    const view = new DataView(new ArrayBuffer(relu.paramsBytes));
    expect(() => writeParams(view, 0, relu, { count: 1 })).to.throw(/activation: no value for params\.\w+/);
  });
});
