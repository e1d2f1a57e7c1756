import { expect } from 'chai';
import { counted } from '../../bench/task.js';
import { backward } from '../../bench/workloads/backward.js';
import { workloads } from '../../bench/workloads/index.js';
import { filterGradient, inputGradient } from '../cases/backward.js';
import { comparedLayers } from '../cases/layers.js';
import { errorOf, sampledChannels } from '../gpu/error_of.js';
import { inputsOf } from '../inputs.js';

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe('bench: operators of training', () => {
  const all = new Map(backward().map((w) => [w.name, counted(w)]));

  it('are workloads of the set full, by names of their own', () => {
    expect([...all.keys()]).to.deep.equal([
      ...['conv1_2 dx', 'conv1_2 dw', 'conv3_3 dx', 'conv3_3 dw', 'conv5_3 dx', 'conv5_3 dw'],
      ...['small-128 dx', 'small-128 dw', 'pool dx', 'up8-21c dx'],
      ...['loss-21c', 'loss-21c dx', 'norm-64c', 'norm-64c dx'],
    ]);
    expect(names(workloads('full'))).to.include.members([...all.keys()]);
    expect(names(workloads('quick'))).to.not.include.members([...all.keys()]);
    expect(names(workloads('all', ['conv3_3 dw', 'pool']))).to.deep.equal(['pool', 'conv3_3 dw']);
    expect(new Set(names(workloads('all'))).size).to.equal(workloads('all').length);
  });

  it('count the FLOPs of the definition and each operand and output once', () => {
    for (const name of ['conv1_2', 'conv3_3', 'conv5_3'] as const)
      for (const part of ['dx', 'dw']) {
        const { flops, bytes, inputs } = comparedLayers[name];
        const own = all.get(`${name} ${part}`)!;
        expect(own.flops, own.name).to.equal(flops);
        // Two maps of one size and a filter, as in the forward pass, but for its bias.
        expect(own.bytes, own.name).to.equal(bytes - 4 * inputs.b![0]!);
      }
    const map = 64 * 112 * 112;
    expect(all.get('small-128 dx')).to.include({ flops: 2 * 128 ** 2 * 16 ** 2 * 9 });
    expect(all.get('pool dx')).to.include({ flops: 0, bytes: 4 * (2 * 64 * 224 ** 2 + map) });
    expect(all.get('up8-21c dx')).to.include({
      flops: 2 * 70 ** 2 * 21 * 16 ** 2,
      bytes: 4 * 21 * (70 ** 2 + 568 ** 2),
    });
    expect(all.get('loss-21c')).to.include({ bytes: 4 * (22 * 224 ** 2 + 4) });
    expect(all.get('loss-21c dx')).to.include({ bytes: 4 * (43 * 224 ** 2 + 4) });
    expect(all.get('norm-64c')).to.include({ flops: 8 * map, bytes: 4 * (2 * map + 2 * 64) });
    expect(all.get('norm-64c dx')).to.include({ flops: 11 * map, bytes: 4 * (3 * map + 5 * 64) });
  });

  it('are checked on some channels where they are large', () => {
    const large = { name: '', x: [1, 64, 40, 40], out: 64, kernel: [3, 3], options: { pad: 1 } } as const;
    for (const c of [inputGradient(large), filterGradient(large)]) {
      const inputs = inputsOf(c);
      const [right] = c.reference(inputs);
      expect(c.error, c.name).to.not.equal(undefined);
      expect(errorOf(c, inputs, [right!]), c.name).to.be.at.most(1e-12);
      const wrong = right!.slice();
      const last = sampledChannels(64).at(-1)!;
      wrong[((last + 1) * wrong.length) / 64 - 1]! += Math.max(...right!);
      expect(errorOf(c, inputs, [wrong]), c.name).to.be.above(0.5);
      expect(errorOf(c, inputs, [right!.map(() => Number.NaN)]), c.name).to.equal(Number.POSITIVE_INFINITY);
    }
  });
});
