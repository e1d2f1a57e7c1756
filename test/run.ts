// Runs the tests, one suite after another: node dist/test/run.js SUITE[:long] ... [--grep REGEXP] [--long]
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { runJob } from '../src/cli/runtime.js';
import { serve } from '../src/cli/server.js';
import { RUNTIMES, type Runtime } from '../src/page/protocol.js';
import { serveDataFrom } from './data.js';
import { ONNXRUNTIME, onnxruntimeService } from './onnxruntime_service.js';
import { report, Silent, type TestEvent, type TestOptions, type Totals, titles } from './report.js';

const here = dirname(fileURLToPath(import.meta.url));
const { RAREFY_DATA } = process.env;
const folders = {
  data: join(here, '../../test/data'),
  dist: join(here, '..'),
  ...(RAREFY_DATA ? { 'rarefy-data': RAREFY_DATA } : {}),
};
/** Suites that mocha runs in this process. */
const NODE_SUITES = ['unit', 'cli'] as const;
/** Milliseconds that one of their tests may take. */
const TIMEOUT = { unit: 60_000, cli: 600_000 };
/** First lines of a failure's stack that are worth showing. */
const STACK_LINES = 4;

/** Loaded when it is first asked for: not every suite needs it. */
const services = {
  [ONNXRUNTIME]: onnxruntimeService(async (model, inputs) =>
    (await import('./onnxruntime.js')).runOnnxruntime(model, inputs),
  ),
};

const failures: string[] = [];

let sourceMap: SourceMap | undefined;

/** Names the source of a place in the page's bundle. */
function sourceOf(line: string): string {
  return line.replace(/[^\s()]*\b(?:page|gpu)\.js:(\d+):(\d+)/, (place, row: string, column: string) => {
    sourceMap ??= new SourceMap(JSON.parse(readFileSync(join(here, 'gpu.js.map'), 'utf8')));
    const entry = sourceMap.findEntry(Number(row) - 1, Number(column) - 1);
    return 'originalSource' in entry
      ? `${relative('.', join(here, entry.originalSource))}:${entry.originalLine + 1}`
      : place;
  });
}

function print(event: TestEvent): void {
  if (event.kind === 'pass') console.log(`  ok    ${event.title} (${event.ms} ms)`);
  else if (event.kind === 'skip') console.log(`  skip  ${event.title}`);
  else {
    const stack = event.stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map(sourceOf)
      .filter((line) => !line.includes('node_modules/'));
    const lines = [event.message, ...stack.slice(0, STACK_LINES)].join('\n').replaceAll('\n', '\n        ');
    console.log(`  FAIL  ${event.title}\n        ${lines}`);
    failures.push(`${event.title}: ${event.message.split('\n')[0]}`);
  }
}

async function inNode(suite: (typeof NODE_SUITES)[number], options: TestOptions): Promise<Totals> {
  const bundle = join(here, `${suite}.js`);
  const server = await serve({ job: { name: 'data', options: {}, runtime: 'node' }, bundle, folders });
  try {
    serveDataFrom({ url: server.url, extra: options.extraData });
    const mocha = new Mocha({ reporter: Silent as never, timeout: TIMEOUT[suite], grep: titles(options) });
    mocha.addFile(bundle);
    await mocha.loadFilesAsync();
    return await report(mocha, print);
  } finally {
    await server.close();
  }
}

const onGpu = (runtime: Runtime, options: TestOptions, signal: AbortSignal) =>
  runJob(
    { name: 'test', options },
    {
      runtime,
      bundle: join(here, 'gpu.js'),
      folders,
      services,
      onProgress: (event) => print(event as TestEvent),
      log: (line) => console.error(line),
      onConsole: (line) => console.error(line),
      signal,
    },
  ) as Promise<Totals>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, long: { type: 'boolean', default: false } },
});
const suites = positionals.map((given) => {
  const [name, mode] = given.split(':');
  return {
    nodeSuite: NODE_SUITES.find((known) => known === name),
    runtime: RUNTIMES.find((known) => known === name),
    long: values.long || mode === 'long',
    known: mode === undefined || mode === 'long',
  };
});
if (suites.length === 0 || suites.some((s) => !s.known || !(s.nodeSuite || s.runtime))) {
  console.error('usage: node dist/test/run.js unit|cli|chrome|node|deno[:long] ... [--grep REGEXP] [--long]');
  process.exit(2);
}
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
for (const { nodeSuite, runtime, long } of suites) {
  if (interrupt.signal.aborted) break;
  const options: TestOptions = { grep: values.grep, long, extraData: Boolean(RAREFY_DATA) };
  console.log(`${nodeSuite ?? runtime}${long ? ' (long)' : ''}`);
  failures.length = 0;
  try {
    const totals = await (nodeSuite
      ? inNode(nodeSuite, options)
      : onGpu(runtime!, options, interrupt.signal));
    if (failures.length > 0) console.log(`\n${failures.map((line) => `  ${line}`).join('\n')}`);
    console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
    if (totals.failed > 0) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    console.log('0 passed, 1 failed, 0 skipped');
    process.exitCode = 1;
  }
}
