import { expect } from 'chai';
import { bench, type Finished } from '../../bench/bench.js';
import type { Host } from '../../src/page/host.js';
import type { Progress } from '../../src/page/protocol.js';

describe('the benchmark', () => {
  it('goes on behind a workload that fails, and says why', async () => {
    const names = ['avg_pool: 2x2 by 2 rounded up', 'avg_pool: padding does not count'];
    const finished: Finished[] = [];
    const host = {
      gpu: navigator.gpu,
      signal: new AbortController().signal,
      url: '',
      progress(event: Progress | Finished) {
        if ('finished' in event) finished.push(event);
        else if (event.text === `${names[0]}: checking`)
          throw new Error(`${names[0]}: out of memory\nat last`);
      },
    } as unknown as Host<Progress | Finished>;
    const { skipped } = await bench(host, { names, asked: [], peers: null, budgetMs: 60_000 });
    expect(skipped).to.deep.equal([]);
    const [first, second] = finished;
    expect(first).to.include({ failed: 'out of memory' });
    expect(first!.rows).to.deep.equal([]);
    expect(second!.failed).to.equal(undefined);
    // In f16 too where the adapter has it.
    expect(second!.rows.map(({ engine }) => engine)).to.include('rarefy');
    const cut = await bench(host, { names: names.slice(1), asked: [], peers: null, budgetMs: 0 });
    expect(cut.skipped).to.deep.equal([{ case: names[1], reason: 'the budget was spent' }]);
  });
});
