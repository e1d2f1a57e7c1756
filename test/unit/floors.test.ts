import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** The floors of src/README.md from the lowest; the longest prefix of a path decides. */
export const FLOORS: readonly (readonly string[])[] = [
  ['kernels/', 'docs/'],
  [
    'src/shape',
    'src/coords',
    'src/errors',
    'src/dispatch',
    'src/kernel',
    'src/limits',
    'src/random',
    'src/version',
    'src/weights/weights',
    'src/metrics/',
  ],
  ['src/gpu/'],
  ['src/lower/'],
  ['src/ops/'],
  ['src/engine/'],
  ['src/graph/'],
  ['src/nets/', 'src/image/', 'src/weights/', 'src/data/', 'src/scenes/'],
  ['src/train/'],
  ['src/index'],
  ['src/page/', 'src/cli/', 'bench/', 'package.json'],
];

/** Folders whose files do not import each other. */
const APART = ['src/ops/'];

/** The only folder whose files know Node. */
const ON_NODE = 'src/cli/';

interface Source {
  readonly path: string;
  readonly text: string;
}

function place(path: string): { readonly floor: number; readonly prefix: string } {
  let found = { floor: -1, prefix: '' };
  for (const [floor, prefixes] of FLOORS.entries()) {
    for (const prefix of prefixes) {
      if (path.startsWith(prefix) && prefix.length > found.prefix.length) found = { floor, prefix };
    }
  }
  return found;
}

/** What a module names in its import and export lines. */
const imports = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)(?:(?:import|export|\})[^'\n]*? from|import) '([^'\n]+)'|\bimport\('([^']+)'\)/g,
    ),
  ].map((match) => (match[1] ?? match[2])!);

/** Every import that goes up, or to a sibling operator, as a sentence that names both files. */
export function breaches(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const from = place(path);
    if (from.floor < 0) return [`${path} has no floor, should be given one in test/unit/floors.test.ts`];
    return imports(text).flatMap((name) => {
      if (name.startsWith('node:') && !path.startsWith(ON_NODE))
        return [`${path} imports ${name}, should run without Node`];
      if (!name.startsWith('.')) return [];
      const target = normalize(join(dirname(path), name)).replace(/\.js$/, '.ts');
      const to = place(target);
      if (to.floor < 0) return [`${path} imports ${target}, which has no floor`];
      if (to.floor > from.floor)
        return [`${path} (${from.prefix}) imports ${target} (${to.prefix}), should import from lower floors`];
      if (from.prefix === to.prefix && APART.includes(from.prefix))
        return [`${path} imports its sibling ${target}, should share through a lower floor`];
      return [];
    });
  });
}

describe('floors', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

  it('are kept by every import line', () => {
    expect(sources.length).to.be.greaterThan(20);
    expect(breaches(sources)).to.deep.equal([]);
  });

  it('name both files of a breach', () => {
    const up = { path: 'src/ops/lrn.ts', text: "import {\n  a,\n} from '../engine/tensor.js';" };
    expect(breaches([up])).to.deep.equal([
      'src/ops/lrn.ts (src/ops/) imports src/engine/tensor.ts (src/engine/), should import from lower floors',
    ]);
    const bare = { path: 'src/ops/lrn.ts', text: "import '../engine/tensor.js';" };
    expect(breaches([bare])).to.have.lengthOf(1);
    const text = { path: 'src/ops/lrn.ts', text: "export const folder = '../engine/tensor.js';" };
    expect(breaches([text])).to.deep.equal([]);
    const sibling = { path: 'src/ops/lrn.ts', text: "import type { A } from './scale.js';" };
    expect(breaches([sibling])).to.deep.equal([
      'src/ops/lrn.ts imports its sibling src/ops/scale.ts, should share through a lower floor',
    ]);
    expect(breaches([{ path: 'src/gpu/a.ts', text: "export * from 'node:fs';" }])).to.deep.equal([
      'src/gpu/a.ts imports node:fs, should run without Node',
    ]);
  });
});
