import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { EQUIVALENCES } from '../equivalences.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

describe('changes that the tests of the equivalences see', () => {
  for (const { name, test, bound, maths } of EQUIVALENCES)
    it(name, () => {
      for (const { file, line, to } of [bound, maths]) {
        expect(read(file).split(line), `${file}: ${line}`).to.have.length(2);
        expect(to).to.not.equal(line);
      }
      const documented = read('docs/equivalences.md');
      for (const part of [name, test.split(':')[0]!, maths.file, maths.line, maths.to])
        expect(documented).to.contain(part);
    });
});
