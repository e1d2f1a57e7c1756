// The engines that benchmarks compare with, which a clone installs when they are first asked for.
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PeerFolders } from '../../bench/contender.js';
import { UnsupportedError } from '../errors.js';
import type { Runtime } from '../page/protocol.js';
import { succeeds } from './machine.js';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The folder of the bundles. */
export const dist = `${here.slice(0, here.lastIndexOf(`${sep}dist${sep}`))}${sep}dist`;
/** The benchmark's own folder, in a clone. */
export const benchFolder = join(dist, '../bench');
const modules = join(benchFolder, 'node_modules');
/** Folders of the other engines, by the name under which the page asks for them. */
export const PEERS = {
  'onnxruntime-web': join(modules, 'onnxruntime-web/dist'),
  'tfjs-core': join(modules, '@tensorflow/tfjs-core/dist'),
  'tfjs-backend-webgpu': join(modules, '@tensorflow/tfjs-backend-webgpu/dist'),
};

/** Where a job finds them, as URLs: a page beside itself, as it is served to it, a process on the disk. */
export const peerFolders = (runtime: Runtime): PeerFolders =>
  Object.fromEntries(
    Object.entries(PEERS).map(([name, path]) => [
      name,
      runtime === 'chrome' ? `${name}/` : `${pathToFileURL(path).href}/`,
    ]),
  ) as PeerFolders;

/** Installs the other engines unless they are there. */
export function ensurePeers(log: (line: string) => void): void {
  if (Object.values(PEERS).every(existsSync)) return;
  if (!existsSync(join(benchFolder, 'package-lock.json')))
    throw new UnsupportedError('bench: --peers needs a clone of the project, this is the installed package');
  log('installing onnxruntime-web and TensorFlow.js: npm ci --prefix bench');
  if (!succeeds('npm', 'ci', '--ignore-scripts', '--prefix', benchFolder))
    throw new UnsupportedError('bench: the other engines could not be installed, see above');
}
