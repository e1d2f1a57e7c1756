// The tests that need a GPU as the job of a page; main.ts lists them.
import 'mocha/mocha.js'; // the build for browsers, which runs in Node and Deno as well and sets the global Mocha
import type { Host } from '../../src/page/host.js';
import { startPage } from '../../src/page/start.js';
import { serveDataFrom } from '../data.js';
import { report, Silent, type TestEvent, type TestOptions, titles } from '../report.js';

/** Milliseconds that one test may take on a software adapter. */
const TIMEOUT = 300_000;

async function test(host: Host<TestEvent>, options: TestOptions) {
  serveDataFrom({ url: host.url, extra: options.extraData });
  const { Mocha } = globalThis as unknown as { Mocha: typeof import('mocha') };
  const run = new Mocha({ ui: 'bdd', reporter: Silent as never, timeout: TIMEOUT, grep: titles(options) });
  run.suite.emit('pre-require', globalThis, null, run);
  await import('./main.js'); // defines its tests with the globals that mocha has just set
  host.signal.addEventListener('abort', () => run.suite.bail(true));
  return report(run, (event) => host.progress(event));
}

await startPage({ test });
