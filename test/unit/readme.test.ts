import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import * as images from '../../src/engine/image.js';
import * as operators from '../../src/engine/operators.js';
import * as errors from '../../src/errors.js';
import { plan } from '../../src/graph/plan.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { dryRun } from '../readme/dry_run.js';
import { FLOORS } from './floors.test.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Names in backticks in the first cells of a file's tables. */
const firstCells = (markdown: string): string[] =>
  [...markdown.matchAll(/^\| ([^|]*)\|/gm)].flatMap((row) =>
    [...row[1]!.matchAll(/`(\w+)`/g)].map((name) => name[1]!),
  );

describe('the documents', () => {
  it('quote code that is compiled and run', () => {
    const quoted = [...read('README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map((block) => block[1]);
    const compiled = readdirSync(join(root, 'test/readme')).map((name) =>
      read(`test/readme/${name}`).replaceAll('../../src/index.js', 'rarefy'),
    );
    expect(quoted.toSorted()).to.deep.equal(compiled.toSorted());
  });

  it('say the FLOPs and the bytes of FCN-8s as the dry run does', () => {
    expect(read('README.md')).to.contain(`${(dryRun.flops / 1e9).toFixed(1)} GFLOP`);
    const low = plan(fcn8s(), { n: 1, c: 3, h: 500, w: 500 }, { memory: 'low' });
    const [fast, less] = [dryRun, low].map(({ bytes }) => `${(bytes.peak / 2 ** 20).toFixed(0)} MiB`);
    expect(read('README.md')).to.contain(`${fast} on the device, or ${less} with`);
  });

  it('name every operator and every error', () => {
    const named = read('README.md');
    for (const name of Object.keys({ ...operators, ...images, ...errors }))
      expect(named, name).to.contain(`\`${name}\``);
  });

  it('have a row for every kernel', () => {
    const files = readdirSync(join(root, 'kernels')).filter((name) => name.endsWith('.wgsl'));
    const kernels = files.map((name) => name.replace('.wgsl', ''));
    expect(firstCells(read('kernels/README.md')).toSorted()).to.deep.equal(kernels.toSorted());
  });

  it('have a row for every floor, in its order', () => {
    const rows = [...read('src/README.md').matchAll(/^\| (\d+) +\| ([^|]*)\|/gm)];
    const floors = rows.map((row) => [...row[2]!.matchAll(/`([^`]+)`/g)].map((name) => name[1]));
    expect(rows.map((row) => Number(row[1]))).to.deep.equal([...FLOORS.keys()]);
    expect(floors).to.deep.equal(FLOORS);
  });

  it('link to files that exist', () => {
    for (const path of [
      'README.md',
      'src/README.md',
      'kernels/README.md',
      'src/graph/dense/README.md',
      'src/graph/tiles/README.md',
      'bench/README.md',
      'CHANGELOG.md',
    ])
      for (const [, link] of read(path).matchAll(/\]\((?!https?:)([^)#]+)/g))
        expect(existsSync(join(root, dirname(path), link!)), `${path}: ${link}`).to.equal(true);
  });
});
