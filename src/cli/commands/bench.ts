import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../../../bench/report.js';
import { benchText } from '../../../bench/text.js';
import { adapterTitle } from '../../gpu/device.js';
import { command, UsageError } from '../command.js';
import { dist, ensurePeers, benchFolder as folder, PEERS } from '../peers.js';

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
