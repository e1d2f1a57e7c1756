import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from '../../../bench/report.js';
import { benchText } from '../../../bench/text.js';
import { UnsupportedError } from '../../errors.js';
import { adapterTitle } from '../../gpu/device.js';
import { command, UsageError } from '../command.js';
import { succeeds } from '../machine.js';

const dist = fileURLToPath(new URL('.', import.meta.url));
const folder = join(dist, '../bench');
const modules = join(folder, 'node_modules');
/** Folders of the other engines, by the name under which the page asks for them. */
const PEERS = {
  'onnxruntime-web': join(modules, 'onnxruntime-web/dist'),
  'tfjs-core': join(modules, '@tensorflow/tfjs-core/dist'),
  'tfjs-backend-webgpu': join(modules, '@tensorflow/tfjs-backend-webgpu/dist'),
};

/** Installs the other engines unless they are there. */
function ensurePeers(log: (line: string) => void): void {
  if (Object.values(PEERS).every(existsSync)) return;
  if (!existsSync(join(folder, 'package-lock.json')))
    throw new UnsupportedError('bench: --peers needs a clone of the project, this is the installed package');
  log('installing onnxruntime-web and TensorFlow.js: npm ci --prefix bench');
  if (!succeeds('npm', 'ci', '--ignore-scripts', '--prefix', folder))
    throw new UnsupportedError('bench: the other engines could not be installed, see above');
}

const git = (...args: string[]): string | null => {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

/** The clone's commit, with `+` where tracked files differ from it. */
function commit(): string | null {
  const hash = existsSync(folder) ? git('rev-parse', '--short', 'HEAD') : null;
  return hash && `${hash}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
}

export const bench = command({
  name: 'bench',
  description: 'Measures the operators, each checked against the CPU first',
  args: {
    set: {
      type: 'enum',
      options: ['quick', 'full'],
      default: 'quick',
      description: 'the cases of the tests, or those and the layers of real nets',
    },
    only: { type: 'string', description: 'keep the cases that have one of these, a,b,c, in their name' },
    peers: {
      type: 'boolean',
      description: "compare with onnxruntime-web's and TensorFlow.js' WebGPU, installed when missing",
    },
    save: { type: 'boolean', description: 'write the results to bench/results' },
  },
  async run({ set, only, peers = false, save }, tools) {
    if (peers && tools.runtime !== 'chrome')
      throw new UsageError(`bench: --peers in ${tools.runtime}, should be in chrome`);
    if (peers) ensurePeers(tools.log);
    let browser = '';
    const measured = await tools.run(
      'bench',
      { set, only: only?.split(',').filter(Boolean) ?? [], peers },
      {
        bundle: join(dist, 'bench.js'),
        ...(peers && { folders: PEERS }),
        // Its place belongs to this machine, not to the result.
        onStart: (about) => (browser = about.split(', ')[0]!),
      },
    );
    const report = { runtime: tools.runtime, browser, commit: commit(), ...measured };
    if (save) {
      const name = adapterTitle(measured.adapter)
        .replace(/\W+/g, ' ')
        .trim()
        .replaceAll(' ', '-')
        .toLowerCase();
      mkdirSync(join(folder, 'results'), { recursive: true });
      writeFileSync(join(folder, 'results', `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
    }
    return {
      text: benchText(report),
      json: { ...report, missed: compare(report.rows).filter((c) => !c.met) },
    };
  },
});
