// Times a training step beside TensorFlow.js, in one page: node dist/bench/training/run.js [--rounds N]
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchFolder, ensurePeers, PEERS } from '../../src/cli/peers.js';
import { ProgressLine } from '../../src/cli/progress.js';
import { runJob } from '../../src/cli/runtime.js';
import type { Progress } from '../../src/page/protocol.js';
import type { TrainingTimes } from './page.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
if (!(Number.isSafeInteger(rounds) && rounds >= 1)) {
  console.error('usage: node dist/bench/training/run.js [--rounds N]');
  process.exit(2);
}
const line = new ProgressLine();
ensurePeers((text) => line.log(text));
const here = dirname(fileURLToPath(import.meta.url));
// TensorFlow.js publishes its gradients as modules alone; they register themselves where the page's instance looks.
const gradients = join(benchFolder, 'node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js');
execFileSync(join(benchFolder, '../node_modules/esbuild/bin/esbuild'), [
  gradients,
  '--bundle',
  '--format=iife',
  '--log-level=error',
  `--outfile=${join(here, 'gradients/register.js')}`,
]);
const { adapter, tfjs, losses, ms } = (await runJob(
  { name: 'training', options: { rounds } },
  {
    runtime: 'chrome',
    bundle: join(here, 'page.js'),
    folders: { ...PEERS, 'tfjs-gradients': join(here, 'gradients') },
    onProgress: (event) => line.show(event as Progress),
    log: (text) => line.log(text),
    onConsole: () => {},
  },
)) as TrainingTimes;
line.clear();
const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const shown = (list: readonly number[]) => list.map((v) => v.toPrecision(4)).join(' ');
console.log(`adapter  ${adapter}`);
console.log(
  `step     FCN-32s with the small trunk without norms, batch 4, 180 x 240, SGD with momentum; ms a step, samples in turns`,
);
console.log(`losses   ${shown(losses.rarefy)} here, ${shown(losses.tfjs)} in TensorFlow.js ${tfjs}`);
console.log(`ms here  ${median(ms.rarefy).toPrecision(4)} (${shown(ms.rarefy)})`);
console.log(`ms tfjs  ${median(ms.tfjs).toPrecision(4)} (${shown(ms.tfjs)})`);
console.log(`ratio    ${(median(ms.tfjs) / median(ms.rarefy)).toFixed(2)}`);
