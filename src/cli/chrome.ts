import type { Browser, Page } from 'puppeteer';
import { browserFlags, ensureBrowser, loadPuppeteer } from './browser.js';
import { canSandbox, hasGpu } from './machine.js';
import { startRemoteChrome } from './remote_chrome.js';
import type { Running, StartOptions } from './runtime.js';

/** Runs the server's page in a headless Chrome or Chromium. */
export async function startChrome(options: StartOptions): Promise<Running> {
  const { url, log, onConsole, browserWs } = options;
  if (browserWs) return startRemoteChrome({ ...options, browserWs });
  const puppeteer = await loadPuppeteer();
  const executablePath = await ensureBrowser(log);
  const sandbox = canSandbox();
  const launch = async (gpu: boolean): Promise<{ browser: Browser; page: Page; adapter: boolean }> => {
    const browser = await puppeteer.launch({
      executablePath,
      headless: true,
      args: browserFlags({ platform: process.platform, gpu, sandbox, more: process.env.CHROME_FLAGS }),
      // Through a pipe, which the system closes with this process, however it ends: Chrome then ends too.
      pipe: true,
      // Else every body that the page posts comes through the pipe too, and one of 128 MiB is too long for it.
      networkEnabled: false,
      protocolTimeout: 0,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const page = await browser.newPage();
    await page.goto(`${url}blank`);
    const adapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
    return { browser, page, adapter };
  };

  let { browser, page, adapter } = await launch(hasGpu());
  if (!adapter && hasGpu()) {
    log('chrome: no WebGPU adapter on the GPU, using the software adapter SwiftShader');
    await browser.close();
    ({ browser, page, adapter } = await launch(false));
  }
  page.on('console', (message) => {
    if (['error', 'warn', 'log'].includes(message.type())) onConsole(message.text());
  });
  const ended = new Promise<never>((_, failed) => {
    page.once('error', (error) => failed(new Error(`chrome: the page crashed: ${error.message}`)));
    browser.once('disconnected', () => failed(new Error('chrome: the browser ended before its job')));
  });
  ended.catch(() => {});
  await page.goto(url);
  return { about: `${await browser.version()}, ${executablePath}`, ended, close: () => browser.close() };
}
