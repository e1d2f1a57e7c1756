import { expect } from 'chai';
import { dataUrl } from '../data.js';
import { FORMATS } from '../faults/formats.js';
import { MOST, readFaults } from '../faults/run.js';

/** Of each share in every run. */
const FEW = 80;

const SHARES = FORMATS.reduce((sum, { share = 1 }) => sum + share, 0);

/** Of each share in the long run; all together 100,000. */
const MANY = Math.ceil(100_000 / SHARES);

const MINUTE = 60_000;

function define(title: string, each: number, log: (line: string) => void): void {
  describe(title, () => {
    for (const { name, share = 1 } of FORMATS)
      it(name, async function () {
        this.timeout(10 * MINUTE);
        const count = share * each;
        const { faults, outcomes, slowest, largest } = await readFaults(name, count, dataUrl());
        if (faults.length > 0)
          throw new Error(faults.map(({ seed, what }) => `seed ${seed}: ${what}`).join('\n'));
        expect(Object.values(outcomes).reduce((a, b) => a + b, 0)).to.equal(count);
        expect(outcomes.read, 'files that are read all the same').to.be.above(0);
        expect(outcomes.FormatError, 'files that break the format').to.be.above(0);
        expect(slowest.ms, `ms of seed ${slowest.seed}`).to.be.below(MOST.ms);
        expect(largest.bytes, `bytes of seed ${largest.seed}`).to.be.at.most(MOST.bytes);
        const counts = Object.entries(outcomes).map(([outcome, n]) => `${outcome} ${n}`);
        log(
          `        ${counts.join(', ')}; at most ${slowest.ms.toFixed(0)} ms and ${(largest.bytes / 2 ** 20).toFixed(1)} MiB`,
        );
      });
  });
}

describe('a reader of files with faults is caught where it', () => {
  for (const [name, what] of [
    ['hangs', /no end within 2500 ms/],
    ['allocates', /AllocationError: 134217728 bytes in arrays/],
    ['fills the heap', /heap out of memory/],
    ['reads out of range', /RangeError/],
    ['makes up zeros', /values out of \d+ bytes/],
  ] as const)
    it(name, async () => {
      const most = { ...MOST, heap: 2 ** 25, ...(name === 'hangs' && { ms: 500 }) };
      const { faults } = await readFaults(name, 3, dataUrl(), most);
      expect(faults[0]!.what).to.match(what);
    });
});

define('files with faults give typed errors or are read', FEW, () => {});
define(`${MANY * SHARES} files with faults give typed errors or are read (long)`, MANY, (line) =>
  console.log(line),
);
