import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkTuning } from '../../src/lower/tuning.js';
import type { SegmentReport } from '../../src/page/jobs/segment.js';
import type { TuneReport } from '../../src/page/jobs/tune.js';
import { refusal, report, success, temporaryFolder } from './rarefy.js';

describe('rarefy tune', () => {
  const inFolder = temporaryFolder();
  const net = ['--net', 'fcn-small-8s', '--width', '0.0625', '--limits', 'default'] as const;

  it('writes a record that another command takes, and says how far the cost model is from it (long)', async () => {
    const out = inFolder('tuning.json');
    const args = ['tune', ...net, '--size', '32x40', '--budget', '5', '--out', out];
    const { adapter, tuning, choices } = await report<TuneReport>(...args);
    expect(checkTuning(JSON.parse(readFileSync(out, 'utf8')), adapter)).to.deep.equal(tuning);
    expect(choices.map(({ name }) => name)).to.deep.equal(Object.keys(tuning.layers));
    for (const { bestMs, modelledMs } of choices) expect(modelledMs).to.be.at.least(bestMs);
    const scored = await report<SegmentReport>(
      ...['start', ...net, '--tuning', out, '--out', inFolder('pictures')],
    );
    expect(scored.runs).to.have.length(1);
  });

  it('without a budget times nothing, and its record is refused elsewhere or when it is damaged', async () => {
    const out = inFolder('none.json');
    const { stdout } = await success('tune', ...net, '--size', '32x32', '--budget', '0', '--out', out);
    expect(stdout).to.match(/^not reached within the budget: 3x3 /m);
    const record = JSON.parse(readFileSync(out, 'utf8'));
    expect(record.layers).to.deep.equal({});
    const start = ['start', ...net, '--tuning', out, '--out', inFolder('pictures')];
    writeFileSync(out, JSON.stringify({ ...record, engine: '0.0.1' }));
    expect(await refusal(...start)).to.match(/tuning: of version 0\.0\.1, should be of .*; tune again$/);
    writeFileSync(out, '{');
    expect(await refusal(...start)).to.match(/none\.json: no JSON: /);
  });
});
