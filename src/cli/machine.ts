// What this machine offers: a GPU, user namespaces, an executable on the PATH.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Whether the kernel shows a GPU. Systems other than Linux are taken to have one. */
export const hasGpu = (): boolean =>
  process.platform !== 'linux' ||
  entries('/dev/dri').some((name) => name.startsWith('renderD')) ||
  entries('/dev').some((name) => /^nvidia\d/.test(name));

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Whether a browser can build its sandbox; containers often refuse the user namespaces that it needs. */
export function canSandbox(): boolean {
  if (process.platform !== 'linux') return true;
  if (isRoot()) return false;
  const probe = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' });
  return probe.error !== undefined || probe.status === 0;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first executable of this name on the PATH. */
export function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Runs a command with its output on stderr; true when it succeeds. */
export const succeeds = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** Whether apt can install system packages here. */
export const canApt = (): boolean => isRoot() && onPath('apt-get') !== undefined;

/** Installs a Debian package, saying so; false where this is impossible or fails. */
export function aptInstall(name: string, log: (line: string) => void): boolean {
  if (!canApt()) return false;
  log(`installing ${name}: apt-get update && apt-get install -y ${name}`);
  succeeds('apt-get', 'update');
  return succeeds('apt-get', 'install', '-y', '--no-install-recommends', name);
}
