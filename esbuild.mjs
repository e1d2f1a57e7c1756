// Builds dist/: the library, the command line, the page that runs jobs, the tests.
//   node esbuild.mjs          library, tools and type declarations
//   node esbuild.mjs --tests  the test bundles as well
//   node esbuild.mjs --bench  the measurements of bench/ as well
//   node esbuild.mjs --if-missing  nothing where dist/ is there
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';

const bindingType = { read: 'read-only-storage', read_write: 'storage', write: 'storage' };

/** Reads a kernel's interface from its text: the `Kernel` of src/kernel.ts. */
export function reflectKernel(path) {
  const own = readFileSync(path, 'utf8');
  // A part that kernels share follows the kernel's own text, so that line numbers hold.
  const parts = (/^\/\/ uses: (.*)$/m.exec(own)?.[1] ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean);
  const code = [own, ...parts.map((part) => readFileSync(join(dirname(path), `${part}.wgsl`), 'utf8'))].join(
    '\n',
  );
  const name = basename(path, '.wgsl');
  const needs = (/^\/\/ needs: (.*)$/m.exec(code)?.[1] ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean);
  // The reflection knows no `enable` of extensions and no alias that a prelude brings.
  const r = new WgslReflect(`alias Elem = f32;\n${code.replace(/^\s*(enable|requires) .*;/gm, '')}`);
  const entry = r.entry.compute.find((e) => e.name === name);
  if (!entry) throw new Error(`${path}: no compute entry point '${name}'`);
  const size = entry.attributes.find((a) => a.name === 'workgroup_size')?.value;
  if (!Array.isArray(size) || size.length !== 3) throw new Error(`${path}: write three workgroup sizes`);
  const bindings = [
    ...r.uniforms.map((u) => ({ name: u.name, binding: u.binding, type: 'uniform' })),
    ...r.storage.map((s) => ({
      name: s.name,
      binding: s.binding,
      type: s.type.name.startsWith('texture_storage') ? 'storage-texture' : bindingType[s.access],
    })),
    ...r.textures.map((t) => ({ name: t.name, binding: t.binding, type: 'texture' })),
  ].sort((a, b) => a.binding - b.binding);
  const struct = r.uniforms.find((u) => u.name === 'params');
  const params = (struct?.type.members ?? []).map((m) => ({
    name: m.name,
    type: m.type.name,
    offset: m.offset,
  }));
  const paramsBytes = struct ? Math.ceil(struct.type.size / 16) * 16 : 0;
  const overrides = r.overrides.map((o) => o.name);
  return { name, code, needs, bindings, params, paramsBytes, overrides, workgroup: size.map(Number) };
}

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
