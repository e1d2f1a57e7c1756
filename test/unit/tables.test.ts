import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ArgsDef } from 'citty';
import { reproduced } from '../../src/cli/commands/tables.js';
import { commands } from '../../src/cli/commands.js';
import { merged, tablesMarkdown, tablesText } from '../../src/cli/tables_text.js';
import { LAYOUTS } from '../../src/data/open.js';
import { parseSpec } from '../../src/data/spec.js';
import { REPRODUCED } from '../../src/metrics/paper_tables.js';
import { NETS } from '../../src/nets/index.js';

const all = REPRODUCED.flatMap(({ rows }) => rows.flatMap((row) => row.commands));

describe('the tables of the paper', () => {
  it('are 1 to 5, with a value or a blank in every column', () => {
    expect(REPRODUCED.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5]);
    for (const { columns, rows } of REPRODUCED)
      for (const { name, paper } of rows) expect(paper, name).to.have.lengthOf(columns.length);
  });

  it('are docs/reproduce.md', () => {
    const text = tablesMarkdown(REPRODUCED, reproduced());
    expect(readFileSync('docs/reproduce.md', 'utf8')).to.equal(text);
  });

  it('have the numbers that follow from the nets', () => {
    expect(reproduced()['1/FCN-GoogLeNet']!.values.slice(2)).to.deep.equal([
      '22',
      '5,995,077',
      '715 (907 with pool5/7x7_s1)',
      '32',
    ]);
    expect(tablesText(REPRODUCED, {})).to.match(/FCN-8s +90\.3 +75\.9 +62\.7 +83\.2\n {2}here +- +- +- +-\n/);
  });

  it('take a measured number before one that is computed', () => {
    const a = { '1/x': { values: [1, null, 'c'], note: 'a' } };
    const b = { '1/x': { values: [null, 2, 'd'], note: 'b' }, '2/y': { values: [null], note: 'c' } };
    expect(merged(a, b)).to.deep.equal({
      '1/x': { values: [1, 2, 'd'], note: 'a; b' },
      '2/y': { values: [null], note: 'c' },
    });
  });

  for (const line of new Set(all))
    it(`can be run: ${line}`, () => {
      const [, name = '', ...words] = line.split(' ');
      const known = commands[name]?.args as ArgsDef | undefined;
      expect(known, name).to.be.an('object');
      const options = new Map<string, string>();
      for (const [i, word] of words.entries())
        if (word.startsWith('--')) options.set(word.slice(2), words[i + 1] ?? '');
      for (const option of options.keys()) expect(Object.keys(known!)).to.include(option);
      const [net, data] = [options.get('net'), options.get('data')];
      if (net) expect(NETS).to.have.property(net);
      if (data) expect(() => parseSpec(data, LAYOUTS)).to.not.throw();
    });
});
