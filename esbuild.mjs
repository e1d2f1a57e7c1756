// Builds dist/: the library, the command line, the page that runs jobs, the tests.
//   node esbuild.mjs          library, tools and type declarations
//   node esbuild.mjs --tests  the test bundles as well
//   node esbuild.mjs --bench  the measurements of bench/ as well
//   node esbuild.mjs --if-missing  nothing where dist/ is there
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { commitOf } from './src/cli/commit.mjs';
import { reflectKernel } from './src/cli/reflect.mjs';

const wgsl = {
  name: 'wgsl',
  setup(b) {
    b.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(reflectKernel(path))}`,
      loader: 'js',
    }));
  },
};

const common = {
  bundle: true,
  format: 'esm',
  target: 'es2023',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [wgsl],
};
const node = {
  ...common,
  ignoreAnnotations: true,
  platform: 'node',
  packages: 'bundle',
  external: ['h5wasm', 'puppeteer', 'webgpu'],
};
// One bundle for a page, Node and Deno.
const page = { ...common, ignoreAnnotations: true, external: ['webgpu'] };
// A bundled CommonJS library may call require for Node's own modules.
const require = {
  js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);",
};

export async function buildAll() {
  rmSync('dist', { recursive: true, force: true });
  await build({ ...common, entryPoints: ['src/index.ts'], outfile: 'dist/index.js' });
  await build({ ...page, entryPoints: ['src/page/main.ts'], outfile: 'dist/page.js' });
  await build({ ...page, entryPoints: ['bench/page.ts'], outfile: 'dist/bench.js' });
  writeFileSync('dist/commit', commitOf('.', 'dist/bench.js') ?? '');
  await build({
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    banner: { js: `#!/usr/bin/env node\n${require.js}` },
  });
  chmodSync('dist/cli.js', 0o755);
  // What a report of a training run carries in itself.
  for (const file of ['uPlot.iife.min.js', 'uPlot.min.css'])
    cpSync(`node_modules/uplot/dist/${file}`, `dist/${file}`);
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });
}

/**
 * Test bundles: `unit` and `cli` run in Node, `gpu` in a page or a runtime with WebGPU, `worker` in a Worker
 * that it starts, `faults` in a process that a test starts; `run` starts them all.
 */
export async function buildTests() {
  for (const [entry, outfile] of [
    ['test/unit/main.ts', 'dist/test/unit.js'],
    ['test/cli/main.ts', 'dist/test/cli.js'],
    ['test/run.ts', 'dist/test/run.js'],
    ['test/equivalences.ts', 'dist/test/equivalences.js'],
    ['test/faults/child.ts', 'dist/test/faults.js'],
  ]) {
    await build({
      ...node,
      entryPoints: [entry],
      outfile,
      banner: require,
      external: [...node.external, 'onnxruntime-node', 'mocha'],
    });
  }
  await build({ ...page, entryPoints: ['test/gpu/page.ts'], outfile: 'dist/test/gpu.js' });
  await build({ ...page, entryPoints: ['test/gpu/worker.ts'], outfile: 'dist/test/worker.js' });
}

/** Measurements that stand outside the benchmark of the operators. */
export async function buildBench() {
  for (const name of ['layout', 'training']) {
    await build({
      ...node,
      entryPoints: [`bench/${name}/run.ts`],
      outfile: `dist/bench/${name}/run.js`,
      banner: require,
    });
    await build({ ...page, entryPoints: [`bench/${name}/page.ts`], outfile: `dist/bench/${name}/page.js` });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!process.argv.includes('--if-missing') || !existsSync('dist/cli.js')) await buildAll();
  if (process.argv.includes('--tests')) await buildTests();
  if (process.argv.includes('--bench')) await buildBench();
}
