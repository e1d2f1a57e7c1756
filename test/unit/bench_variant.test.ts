import { expect } from 'chai';
import { checkFit, standIn, targetOf } from '../../bench/variant_fit.js';
import conv2d from '../../kernels/conv2d_quad.wgsl';
import scale from '../../kernels/scale.wgsl';
import { peerFolders } from '../../src/cli/peers.js';
import type { Dispatch } from '../../src/dispatch.js';
import { UnsupportedError } from '../../src/errors.js';
import type { Kernel } from '../../src/kernel.js';

describe('bench: a kernel in the place of another', () => {
  it('stands in for the one that is named, or that its entry point is named after', () => {
    const kernels = [scale, conv2d];
    expect(targetOf('f.wgsl', 'scale', 'any', kernels)).to.equal(scale);
    expect(targetOf('f.wgsl', 'conv2d', 'conv2d_quad', kernels)).to.equal(conv2d);
    expect(() => targetOf('f.wgsl', 'conv2d', 'mine', kernels)).to.throw(
      UnsupportedError,
      'f.wgsl: conv2d runs scale, conv2d_quad; --kernel should name one of them, or the entry point, which is mine',
    );
    expect(() => targetOf('f.wgsl', 'nothing', 'mine', [])).to.throw(
      'no operator and no kernel is called nothing',
    );
  });

  it('may read less than that one, and no more', () => {
    const with_ = (o: Partial<Kernel>): Kernel => ({ ...scale, ...o });
    checkFit('f', with_({ bindings: scale.bindings.filter(({ name }) => name !== 'b') }), scale);
    const fails = (o: Partial<Kernel>, text: string) =>
      expect(() => checkFit('f', with_(o), scale)).to.throw(UnsupportedError, text);
    fails({ params: [{ name: 'width', type: 'u32', offset: 0 }] }, 'params.width, should be one of x_first');
    fails({ bindings: scale.bindings.filter(({ name }) => name !== 'y') }, 'does not write y');
    const stored = scale.bindings.map((b) => (b.name === 's' ? { ...b, type: 'uniform' as const } : b));
    fails({ bindings: stored }, 'binding s is uniform, should be read-only-storage');
  });

  it('takes over its launches, with the constants that it has and its share of the invocations', () => {
    const launch: Dispatch<string> = {
      kernel: scale,
      elem: 'f32',
      constants: { A: 1, B: 2 },
      params: {},
      bindings: {},
      invocations: 7,
      flops: 0,
      bytes: 0,
    };
    const mine: Kernel = { ...scale, code: 'mine', overrides: ['B'] };
    const other = { ...launch, kernel: conv2d };
    expect(standIn([launch, other], scale, mine, [1, 2])).to.deep.equal([
      { ...launch, kernel: mine, constants: { B: 2 }, invocations: 4 },
      other,
    ]);
    expect(standIn([launch], scale, mine, [3, 1])[0]!.invocations).to.equal(21);
  });
});

describe('bench: the files of the other engines', () => {
  it('are served beside a page, and lie on the disk of a process', () => {
    for (const [name, folder] of Object.entries(peerFolders('chrome'))) expect(folder).to.equal(`${name}/`);
    for (const [name, folder] of Object.entries(peerFolders('node'))) {
      expect(folder).to.match(/^file:\/\/.*\/$/);
      expect(folder).to.contain(`/${name}/dist/`);
    }
  });
});
