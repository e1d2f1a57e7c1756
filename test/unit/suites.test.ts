import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

describe('suites', () => {
  const root = fileURLToPath(new URL('../../test/', import.meta.url));

  for (const suite of ['unit', 'cli', 'gpu'])
    it(`${suite} runs every file of tests in its folder`, () => {
      const main = readFileSync(join(root, suite, 'main.ts'), 'utf8');
      const files = readdirSync(join(root, suite)).filter((name) => name.endsWith('.test.ts'));
      expect(files).to.not.be.empty;
      const run = [...main.matchAll(/^import '\.\/(.+)\.js';$/gm)].map((line) => `${line[1]}.ts`);
      expect(files.filter((name) => !run.includes(name))).to.deep.equal([]);
    });
});
