// Finds Chrome or Chromium, or installs it.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UnsupportedError } from '../errors.js';
import { aptInstall, isExecutable, onPath, succeeds } from './machine.js';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly gpu: boolean;
  readonly sandbox: boolean;
  /** More flags, as CHROME_FLAGS has them: separated by spaces. */
  readonly more?: string | undefined;
}

/** Chrome's command line: WebGPU on the machine's GPU, or on SwiftShader where there is none. */
export function browserFlags({ platform, gpu, sandbox, more = '' }: Machine): string[] {
  return [
    '--enable-unsafe-webgpu',
    // Timestamp queries are rounded to 100 microseconds without it.
    '--enable-webgpu-developer-features',
    ...(gpu ? [] : ['--use-webgpu-adapter=swiftshader']),
    ...(gpu && platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []),
    ...(sandbox ? [] : ['--no-sandbox']),
    // Shared memory is 64 MB in most containers.
    ...(platform === 'linux' ? ['--disable-dev-shm-usage'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    ...more.split(/\s+/).filter(Boolean),
  ];
}

const NAMES = ['google-chrome-stable', 'google-chrome', 'chrome', 'chromium', 'chromium-browser'];

/** Where a system's Chrome or Chromium usually lies beside the PATH. */
export function usualPlaces(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    return ['', env.HOME ?? ''].flatMap((home) =>
      ['Google Chrome', 'Chromium'].map((name) => `${home}/Applications/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) =>
        ['Google\\Chrome', 'Chromium'].map((name) => `${folder}\\${name}\\Application\\chrome.exe`),
      );
  }
  return ['/opt/google/chrome/chrome', '/usr/lib/chromium/chromium', '/snap/bin/chromium'];
}

export async function loadPuppeteer(): Promise<typeof import('puppeteer').default> {
  try {
    return (await import('puppeteer')).default;
  } catch {
    throw new UnsupportedError(
      'chrome: the package puppeteer is missing, install it with `npm install puppeteer`',
    );
  }
}

/** A browser of this machine: CHROME_PATH, puppeteer's cache, or the system's. */
export async function findBrowser(): Promise<string | undefined> {
  const wanted = process.env.CHROME_PATH;
  if (wanted) {
    if (!isExecutable(wanted))
      throw new UnsupportedError(`chrome: CHROME_PATH is ${wanted}, should be an executable file`);
    return wanted;
  }
  return (
    (await puppeteersOwn()) ??
    NAMES.map(onPath).find((path) => path !== undefined) ??
    usualPlaces(process.platform, process.env).find(isExecutable)
  );
}

async function puppeteersOwn(): Promise<string | undefined> {
  try {
    const path = await (await loadPuppeteer()).executablePath();
    return isExecutable(path) ? path : undefined;
  } catch {
    return undefined; // no puppeteer, or its cache is empty
  }
}

/** A browser of this machine, installed now if there is none. */
export async function ensureBrowser(log: (line: string) => void): Promise<string> {
  const found = await findBrowser();
  if (found) return found;
  log('no Chrome or Chromium found; installing one: npx puppeteer browsers install chrome');
  const installed =
    succeeds('npx', '--no-install', 'puppeteer', 'browsers', 'install', 'chrome') ||
    aptInstall('chromium', log);
  const path = installed ? await findBrowser() : undefined;
  if (path) return path;
  throw new UnsupportedError(
    'chrome: no browser found and none could be installed; install Chrome or Chromium, or set CHROME_PATH',
  );
}

/** The Vulkan driver file of the SwiftShader that a browser ships. */
export function swiftShaderDriver(browser: string): string | undefined {
  return [dirname(realpathSync(browser)), '/usr/lib/chromium', '/usr/lib/chromium-browser']
    .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
    .find(existsSync);
}
