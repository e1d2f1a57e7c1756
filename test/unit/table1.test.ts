import { expect } from 'chai';
import { explanations, table1Text } from '../../src/cli/commands/table1.js';
import { NETS } from '../../src/nets/index.js';
import { agrees, TABLE1_PAPER, table1, table1Numbers } from '../../src/nets/table1.js';

describe('Table 1 of the paper', () => {
  const columns = table1();
  const column = (net: string) => columns.find((each) => each.net === net)!;

  it('follows from the nets', () => {
    expect(column('fcn-alexnet').computed).to.deep.equal({
      convLayers: 8,
      allConvLayers: 8,
      parameters: 56_954_261,
      field: 355,
      stride: 32,
    });
    expect(column('fcn32s').computed).to.deep.equal({
      convLayers: 16,
      allConvLayers: 16,
      parameters: 134_346_581,
      field: 404,
      stride: 32,
    });
    expect(column('fcn-googlenet').computed).to.deep.equal({
      convLayers: 22,
      allConvLayers: 58,
      parameters: 5_995_077,
      field: 715,
      stride: 32,
    });
  });

  it('agrees with the paper but for one field, which the discarded pool explains', () => {
    const keys = ['convLayers', 'parameters', 'field', 'stride'] as const;
    const misses = columns.flatMap((each) =>
      keys.filter((key) => !agrees(each, key)).map((key) => [each.net, key]),
    );
    expect(misses).to.deep.equal([['fcn-googlenet', 'field']]);
    const { variant, paper } = column('fcn-googlenet');
    expect(agrees({ paper, computed: variant!.computed }, 'field')).to.equal(true);
    expect(variant!.computed).to.include({ field: 907, stride: 32, convLayers: 22, parameters: 5_995_077 });
    const notes = explanations(columns).join(' ');
    expect(notes)
      .to.contain('58 convolutions')
      .and.to.contain('715 + 6 x 32 = 907')
      .and.to.contain('7 x 7 cells');
  });

  it('holds for the nets of the registry, whatever the padding', () => {
    for (const net of Object.keys(TABLE1_PAPER)) {
      expect(table1Numbers(NETS[net]!())).to.deep.equal(column(net).computed);
      const { field, stride } = table1Numbers(NETS[net]!({ pad: 90, classes: 5, width: 1 / 8 }));
      expect({ field, stride }).to.deep.equal({ field: column(net).computed.field, stride: 32 });
    }
  });

  it('is printed beside the paper, with times where there are some', () => {
    const bare = table1Text(columns, null);
    expect(bare).to.match(/^receptive field, pixels +355 \(355\) +404 \(404\) +715 \(907, see below\)$/m);
    expect(bare).not.to.contain('forward');
    const adapter = { vendor: 'v', architecture: 'a', device: 'd', description: 'A card', software: false };
    const times = columns.map(({ net }, i) => ({ net, ms: 10 * (i + 1), runs: 3, gflop: 1, peakBytes: 1 }));
    const text = table1Text(columns, { adapter, size: [500, 500], times });
    expect(text).to.match(/^forward, ms at 500 x 500 +10.00 \(50\) +20.00 \(210\) +30.00 \(59\)$/m);
    expect(text).to.contain('A card');
  });
});
