import { expect } from 'chai';
import { dataUrl } from '../data.js';
import { FORMATS } from '../faults/formats.js';
import { MOST, readFaults } from '../faults/run.js';

/** Of each format in every run. */
const FEW = 120;

/** Of each format in the long run; all together 100,000. */
const MANY = Math.ceil(100_000 / FORMATS.length);

const MINUTE = 60_000;

function define(title: string, count: number, log: (line: string) => void): void {
  describe(title, () => {
    for (const { name } of FORMATS)
      it(name, async function () {
        this.timeout(10 * MINUTE);
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

define('files with faults give typed errors or are read', FEW, () => {});
define(`${MANY * FORMATS.length} files with faults give typed errors or are read (long)`, MANY, (line) =>
  console.log(line),
);
