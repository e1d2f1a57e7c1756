import type { HTTPRequest } from 'puppeteer';
import { UnsupportedError } from '../errors.js';
import { loadPuppeteer } from './browser.js';
import type { Running, StartOptions } from './runtime.js';

/**
 * Runs the server's page in a Chrome that was started elsewhere: browserless, a node of a Selenium Grid, or any with
 * --remote-debugging-port. The page's requests are answered through the WebSocket, so that the browser needs no way
 * to this machine; it takes the page for one of its own localhost, which is where WebGPU is allowed.
 */
export async function startRemoteChrome({
  url,
  onConsole,
  browserWs,
}: StartOptions & { readonly browserWs: string }): Promise<Running> {
  const puppeteer = await loadPuppeteer();
  const browser = await puppeteer
    .connect({ browserWSEndpoint: browserWs, protocolTimeout: 0 })
    .catch((error: Error) => {
      throw new UnsupportedError(`chrome: no browser answers at ${browserWs}: ${error.message}`);
    });
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on('request', (request) => void answer(request, url));
  page.on('console', (message) => {
    if (['error', 'warn', 'log'].includes(message.type())) onConsole(message.text());
  });
  const ended = new Promise<never>((_, failed) => {
    page.once('error', (error) => failed(new Error(`chrome: the page crashed: ${error.message}`)));
    browser.once('disconnected', () =>
      failed(new Error('chrome: the browser went away before its job ended')),
    );
  });
  ended.catch(() => {});
  await page.goto(url);
  return {
    about: `${await browser.version()}, ${browserWs}`,
    ended,
    close: async () => {
      await page.close().catch(() => {});
      await browser.disconnect();
    },
  };
}

/** Fetches here what the page asks for, and nothing but the server's own. */
async function answer(request: HTTPRequest, url: string): Promise<void> {
  try {
    if (!request.url().startsWith(url)) return await request.continue();
    const body = request.hasPostData() ? (request.postData() ?? (await request.fetchPostData())) : undefined;
    const response = await fetch(request.url(), {
      method: request.method(),
      ...(body !== undefined && { body }),
    });
    await request.respond({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    });
  } catch {
    await request.abort().catch(() => {}); // the page or the server is gone
  }
}
