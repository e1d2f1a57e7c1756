import { expect } from 'chai';
import { ceilingShare } from '../../bench/ceilings/ceilings.js';
import type { Launch } from '../../bench/contender.js';
import { moreLaunches, resolved, together } from '../../bench/gpu_time.js';
import { lowerQuartile, median, roundRatios } from '../../bench/statistics.js';
import { interleaved, isMarked, roundsFor, type Warm } from '../../bench/timing.js';

describe('bench: statistics', () => {
  it('medians and lower quartiles of unsorted samples', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 2])).to.equal(3);
    expect(lowerQuartile([5, 1, 4, 2, 3])).to.equal(2);
    expect(lowerQuartile([3, 2, 1])).to.equal(1);
    expect(lowerQuartile([7])).to.equal(7);
  });

  it('compare each round with the faster peer of that round, as far as all took part', () => {
    expect(
      roundRatios(
        [1, 2, 4],
        [
          [10, 10, 99],
          [20, 8],
        ],
      ),
    ).to.deep.equal([10, 4]);
  });

  it('the share of a ceiling is the longer of computing and moving', () => {
    const ceilings = {
      fmaGflops: 100,
      copyGbps: 10,
      bufferCopyGbps: 20,
      dispatchUs: 1,
      submitMs: 1,
      timestampNs: 1,
    };
    expect(ceilingShare({ flops: 1e9, bytes: 1e6, ms: 20 }, ceilings)).to.be.closeTo(0.5, 1e-12);
    expect(ceilingShare({ flops: 1e6, bytes: 1e8, ms: 40 }, ceilings)).to.be.closeTo(0.25, 1e-12);
  });
});

describe('bench: the clock of the GPU', () => {
  it('a pass grows until it is a hundred steps long', () => {
    expect(moreLaunches(1, 0.2, 1)).to.equal(null);
    const step = 65_536; // 0.066 ms, so 6.6 ms are wanted
    expect(moreLaunches(1, 7, step)).to.equal(null);
    const more = moreLaunches(1, 1, step)!;
    expect(more * 1).to.be.within(7, 9);
    expect(moreLaunches(more, more * 1, step)).to.equal(null);
  });

  it('layers together are a time where they are long beside its steps', () => {
    const layers = [3, 5].map((ms, i) => ({ layer: `${i}`, kind: 'conv2d', ms, flops: 1 }));
    expect(together(layers, 0.04)).to.equal(8);
    expect(together(layers, 0.05)).to.equal(null);
    expect(together(layers, null)).to.equal(null);
    expect(together([], 1)).to.equal(null);
  });

  it('a pass that reads as nothing grows too, and the growth ends', () => {
    let count = 1;
    for (let rounds = 0; ; rounds++) {
      const more = moreLaunches(count, 0, 100_000);
      if (more === null) break;
      expect(more).to.be.greaterThan(count);
      expect(rounds).to.be.lessThan(16);
      count = more;
    }
    expect(resolved(0, 100_000)).to.equal(false);
    expect(resolved(10, 100_000)).to.equal(true);
  });
});

/** A launch that takes no time and says when it ran. */
function fake(name: string, log: string[]): Launch {
  return {
    variant: name,
    run: () => void log.push(name),
    finish: async () => {},
    read: async () => [],
    free: () => {},
  };
}

describe('bench: the plan of samples', () => {
  const later = Number.POSITIVE_INFINITY;
  const { signal } = new AbortController();
  const warm = (log: string[], times: Readonly<Record<string, number>>): Warm[] =>
    Object.entries(times).map(([name, firstMs]) => ({ launch: fake(name, log), firstMs }));

  it('what takes over 4 s is timed three times, over 30 s once, and marked', () => {
    expect([10, 4000, 4001, 30_000, 30_001].map(roundsFor)).to.deep.equal([5, 5, 3, 3, 1]);
    expect(isMarked({ samples: [1, 2, 3, 4, 5] })).to.equal(false);
    expect(isMarked({ samples: [1, 2, 3] })).to.equal(true);
  });

  it('engines take turns, every other round backwards, and slow ones leave', async () => {
    const log: string[] = [];
    const samples = await interleaved(warm(log, { a: 5000, b: 40_000, c: 5000 }), {
      signal,
      deadline: later,
    });
    expect(samples.map((s) => s.length)).to.deep.equal([3, 1, 3]);
    expect(log.join('')).to.equal('abc' + 'ca' + 'ac');
  });

  it('a spent budget ends with the first round, and an abort at once', async () => {
    const log: string[] = [];
    const samples = await interleaved(warm(log, { a: 5000, b: 5000 }), { signal, deadline: 0 });
    expect(samples.map((s) => s.length)).to.deep.equal([1, 1]);
    const stopped = AbortSignal.abort(new Error('stop'));
    const failed = await interleaved(warm(log, { a: 5000 }), { signal: stopped, deadline: later }).catch(
      (e: Error) => e.message,
    );
    expect(failed).to.equal('stop');
  });

  it('all start the same number of launches a sample', async () => {
    const counts: number[] = [];
    let started = 0;
    const launch: Launch = {
      ...fake('', []),
      run: async () => {
        started++;
        await new Promise((done) => setTimeout(done, 2));
      },
      finish: async () => {
        counts.push(started);
        started = 0;
      },
    };
    const samples = await interleaved(
      [launch, launch].map((each) => ({ launch: each, firstMs: 2 })),
      {
        signal,
        deadline: later,
      },
    );
    expect(samples.map((s) => s.length)).to.deep.equal([5, 5]);
    const timed = new Set(counts.slice(-10));
    expect(timed.size).to.equal(1);
    expect([...timed][0]).to.be.above(1);
  });
});
