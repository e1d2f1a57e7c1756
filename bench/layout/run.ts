// Compares activation layouts: node dist/bench/layout/run.js [chrome|node|deno] [--rounds N]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runJob } from '../../src/cli/runtime.js';
import { RUNTIMES } from '../../src/page/protocol.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' } },
});
const runtime = RUNTIMES.find((name) => name === (positionals[0] ?? 'chrome'));
if (!runtime || !(Number(values.rounds) >= 1)) {
  console.error('usage: node dist/bench/layout/run.js [chrome|node|deno] [--rounds N]');
  process.exit(2);
}
await runJob(
  { name: 'layout', options: { rounds: Number(values.rounds) } },
  {
    runtime,
    bundle: join(dirname(fileURLToPath(import.meta.url)), 'page.js'),
    onProgress: (row) => console.log((row as string[]).join(' | ')),
    log: (line) => console.error(line),
    onConsole: (line) => console.error(line),
  },
);
