// The two runtimes that are a child process: Node with the package webgpu, and Deno.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UnsupportedError } from '../errors.js';
import { findBrowser, swiftShaderDriver } from './browser.js';
import { aptInstall, hasGpu, onPath } from './machine.js';
import type { Running, StartOptions } from './runtime.js';

/** Lines of a child's stderr that its sudden end is reported with. */
const TAIL = 8;

function startChild(
  about: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onConsole: (line: string) => void,
): Running {
  // In a process group of its own: Ctrl-C reaches the command, which then asks the job to stop.
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Mesa asks for a run-time folder even where it opens no window.
    env: { XDG_RUNTIME_DIR: tmpdir(), ...process.env, ...env },
    detached: process.platform !== 'win32',
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        onConsole(line);
        tail.push(line);
        if (tail.length > TAIL) tail.shift();
      }
    });
  }
  const exit = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(signal ?? `code ${code}`));
  });
  const ended = exit.then((how) => {
    throw new Error([`${about}: the process ended before its job (${how})`, ...tail].join('\n'));
  });
  ended.catch(() => {});
  return {
    about,
    ended,
    close: async () => {
      process.off('exit', kill);
      const late = setTimeout(kill, 2000);
      await exit;
      clearTimeout(late);
    },
  };
}

/** Vulkan's loader reads the first name, and the second before 2023. */
const driverEnv = (path: string) => ({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });
const driverIsChosen = (): boolean =>
  Boolean(process.env.VK_DRIVER_FILES) || Boolean(process.env.VK_ICD_FILENAMES);

export async function startNode({ url, bundle, onConsole }: StartOptions): Promise<Running> {
  let env = {};
  if (!hasGpu() && !driverIsChosen()) {
    const browser = await findBrowser();
    const driver = browser && swiftShaderDriver(browser);
    if (!driver)
      throw new UnsupportedError(
        'node: no GPU and no software adapter; install Chrome or Chromium, whose SwiftShader serves, ' +
          'or set VK_DRIVER_FILES',
      );
    env = driverEnv(driver);
  }
  return startChild(
    `node ${process.version}`,
    process.execPath,
    ['--enable-source-maps', bundle, url],
    env,
    onConsole,
  );
}

const DRIVERS = '/usr/share/vulkan/icd.d';
const lavapipe = (): string | undefined =>
  (existsSync(DRIVERS) ? readdirSync(DRIVERS) : [])
    .filter((name) => /^lvp_icd.*\.json$/.test(name))
    .map((name) => join(DRIVERS, name))[0];

/** The binary of the package deno, or one on the PATH. */
export function findDeno(): string | undefined {
  const name = process.platform === 'win32' ? 'deno.exe' : 'deno';
  const libc = process.platform === 'linux' ? '-glibc' : '';
  try {
    const own = createRequire(import.meta.url).resolve('deno/package.json');
    const platform = `@deno/${process.platform}-${process.arch}${libc}/package.json`;
    return join(dirname(createRequire(own).resolve(platform)), name);
  } catch {
    return onPath(name);
  }
}

export async function startDeno({ url, bundle, log, onConsole }: StartOptions): Promise<Running> {
  const deno = findDeno();
  if (!deno)
    throw new UnsupportedError('deno: it is not installed, install it with `npm install --no-save -D deno`');
  let env = {};
  if (!hasGpu() && !driverIsChosen()) {
    const driver = lavapipe() ?? (aptInstall('mesa-vulkan-drivers', log) ? lavapipe() : undefined);
    if (!driver)
      throw new UnsupportedError(
        'deno: no GPU and no software adapter; install lavapipe with `apt-get install mesa-vulkan-drivers`, ' +
          'or set VK_DRIVER_FILES',
      );
    env = driverEnv(driver);
  }
  const args = ['run', '--unstable-webgpu', '--no-config', '--no-lock', '--allow-all', bundle, url];
  const version = spawnSync(deno, ['--version'], { encoding: 'utf8' }).stdout?.split(' (')[0] ?? 'deno';
  return startChild(
    `${version}, ${deno}`,
    deno,
    args,
    { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1', ...env },
    onConsole,
  );
}
