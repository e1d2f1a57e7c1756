// Shows that the tests of the paper's equivalences see a change of one line: node dist/test/equivalences.js
//
// Each test runs in a copy of the project, once with its bound at 0, which tells how far both sides are apart, and
// once with one line of the maths changed.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A line of a file, and what it is changed to. */
export interface Change {
  readonly file: string;
  readonly line: string;
  readonly to: string;
}

export interface Equivalence {
  readonly name: string;
  /** Of the tests in headless Chrome, the one that holds it. */
  readonly test: string;
  readonly bound: Change;
  readonly maths: Change;
}

export const EQUIVALENCES: readonly Equivalence[] = [
  {
    name: 'a classifier is the single cell of its convolutionalised net',
    test: 'nets a classifier equals the single cell of the convolutionalised net',
    bound: {
      file: 'test/gpu/net.test.ts',
      line: 'const NET_TOLERANCE = 1e-4;',
      to: 'const NET_TOLERANCE = 0;',
    },
    maths: {
      file: 'src/graph/rewrite.ts',
      line: 'return made.conv(node.name, inputs[0]!, { out, kernel: [x.h, x.w], bias, relu });',
      to: 'return made.conv(node.name, inputs[0]!, { out, kernel: [x.h, x.w], bias, relu: !relu });',
    },
  },
  {
    name: 'an image is the batch of its patches',
    test: 'patchwise training is loss sampling an image is the batch of its patches: padded cells whose field lies inside, NONE',
    bound: {
      file: 'test/gpu/patchwise.test.ts',
      line: 'expect(relativeError(data, many!.gradients.get(name)!.data), name).to.be.at.most(1e-5);',
      to: 'expect(relativeError(data, many!.gradients.get(name)!.data), name).to.be.at.most(0);',
    },
    maths: {
      file: 'kernels/loss_cell.wgsl',
      line: 'if (params.ignore >= 0 && given == f32(params.ignore)) { return Pixel(0u, 0.0); }',
      to: 'if (params.ignore >= 0 && given == f32(params.ignore)) { return Pixel(0u, 1.0); }',
    },
  },
  {
    name: 'shift-and-stitch is filter rarefaction',
    test: 'shift-and-stitch is filter rarefaction by 2 at conv2_2 of VGG16 on 65 x 71 pixels',
    bound: {
      file: 'test/gpu/dense.test.ts',
      line: 'const TOLERANCE = 1e-5;',
      to: 'const TOLERANCE = 0;',
    },
    maths: {
      file: 'src/graph/dense/rarefy.ts',
      line: 'const pad = window.pad.map((v, i) => v * from[i % 2]!) as unknown as Padding;',
      to: 'const pad = window.pad.map((v, i) => v * from[i % 2]! + (i < 2 ? 1 : -1)) as unknown as Padding;',
    },
  },
];

const root = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['src', 'kernels', 'test', 'bench', 'docs', 'esbuild.mjs', 'package.json'] as const;
const COPIED_CONFIGURATION = ['tsconfig.json', 'tsconfig.types.json'] as const;

/** The figure at which a test fails with a change; 0 where it passes. */
function figure(test: string, { file, line, to }: Change): number {
  const copy = mkdtempSync(join(tmpdir(), 'equivalence-'));
  try {
    for (const name of [...COPIED, ...COPIED_CONFIGURATION])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(line, to));
    execFileSync(process.execPath, ['esbuild.mjs', '--tests'], { cwd: copy, stdio: 'ignore' });
    const grep = `${test}$`;
    const { stdout } = spawnSync(process.execPath, ['dist/test/run.js', 'chrome', '--grep', grep], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (/1 passed, 0 failed/.test(stdout)) return 0;
    const found = /expected ([-+.\de]+) to be at most/.exec(stdout);
    if (!found) throw new Error(`${test}: no figure in\n${stdout}`);
    return Number(found[1]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const { name, test, bound, maths } of EQUIVALENCES) {
    const [without, changed] = [figure(test, bound), figure(test, maths)];
    console.log(`${name}: apart by ${without.toPrecision(2)}, with a line changed ${changed.toPrecision(2)}`);
    if (changed === 0) process.exitCode = 1;
  }
