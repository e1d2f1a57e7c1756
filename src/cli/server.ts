// The local HTTP server between a command and the page that computes: job and files go out, events,
// output files and the result come in. Everything large travels here as streams.
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DataFiles } from '../data/files.js';
import { sentError } from '../page/host.js';
import type { JobDescription, SentError } from '../page/protocol.js';

export interface ServerOptions {
  readonly job: JobDescription;
  /** Path of the page's bundle. */
  readonly bundle: string;
  /** Input files by the name that the job asks for. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders served read-only under their names. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Files of data sets, by their paths. */
  readonly data?: DataFiles | undefined;
  /** Where output files go; without it they are refused. */
  readonly outDir?: string | undefined;
  readonly onEvent?: ((event: unknown) => void) | undefined;
  /** What a page may have computed here, by name: from the bytes that it posts to the bytes of the answer. */
  readonly services?: Readonly<Record<string, (body: Uint8Array) => Promise<Uint8Array>>>;
}

export interface Server {
  /** Base of all routes, with a trailing slash and a secret in its path. */
  readonly url: string;
  /** What the job returned, or its error. */
  readonly result: Promise<unknown>;
  /** Tells the job to stop. */
  abort(): void;
  close(): Promise<void>;
}

/** How long the page's question "abort?" stays open, in ms. */
const ABORT_POLL = 20_000;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

const BLANK = '<!doctype html><meta charset="utf-8"><title>rarefy</title><link rel="icon" href="data:,">';
const PAGE = `${BLANK}
<script type="module">
import('./page.js').catch((e) => fetch('error', { method: 'POST', body: JSON.stringify({ name: e.name, message: e.message, stack: e.stack, fields: {} }) }));
</script>`;

/** The file of `path` (URL-encoded, relative) in a folder, or null where it leads out of it. */
export function inside(folder: string, path: string): string | null {
  const root = resolve(folder);
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return null;
  }
  const file = resolve(root, `.${sep}${name}`);
  return !name.includes('\0') && file.startsWith(root + sep) ? file : null;
}

async function bytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const json = async <T>(request: IncomingMessage): Promise<T> =>
  JSON.parse((await bytes(request)).toString()) as T;

/** An error as it was thrown in the page, with its name and fields. */
export function receivedError({ name, message, stack, fields }: SentError): Error {
  const error = Object.assign(new Error(message), fields);
  Object.defineProperty(error, 'name', { value: name });
  if (stack) error.stack = stack;
  return error;
}

export async function serve(options: ServerOptions): Promise<Server> {
  const { files = {}, folders = {}, services = {}, outDir } = options;
  const secret = `/${randomUUID()}/`;
  const stop = new AbortController();
  let settle: (value: unknown) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const result = new Promise<unknown>((done, failed) => {
    settle = done;
    fail = failed;
  });
  result.catch(() => {}); // whoever waits for it sees the error

  /** Files that have not come whole. */
  const parts = new Set<string>();

  const empty = (response: ServerResponse, status: number) => response.writeHead(status).end();

  async function sendFile(response: ServerResponse, path: string | null | undefined): Promise<void> {
    const info = path ? await stat(path).catch(() => null) : null;
    if (!path || !info?.isFile()) return void empty(response, 404);
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.setHeader('content-length', info.size);
    await pipeline(createReadStream(path), response);
  }

  /** `data?read=PATH`, `data?list=FOLDER` and `data?slice=PATH`; an error goes to the page as it is. */
  async function sendData(response: ServerResponse, files: DataFiles, query: URLSearchParams) {
    const [path, folder] = [query.get('read'), query.get('list')];
    try {
      if (path !== null) return void response.end(await files.read(path));
      if (folder !== null) return void response.end(JSON.stringify(await files.list(folder)));
      const slice = query.get('slice');
      if (slice !== null && files.slice) {
        const part = JSON.parse(query.get('part') ?? '[]');
        const { dims, data } = await files.slice(slice, query.get('array') ?? '', part);
        response.setHeader('x-array', JSON.stringify({ dims, type: data.constructor.name }));
        return void response.end(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      empty(response, 400);
    } catch (error) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(sentError(error)));
    }
  }

  /** A file as one body, or with `?part=ID` and, but for the last part, `&more`. It is there when all of it is. */
  async function receiveFile(request: IncomingMessage, response: ServerResponse, name: string) {
    const path = outDir && !name.includes('/') ? inside(outDir, name) : null;
    if (!path) return void empty(response, 403);
    await mkdir(resolve(outDir!), { recursive: true });
    const query = new URL(request.url!, 'http://localhost').searchParams;
    const id = query.get('part') ?? randomUUID();
    if (!/^[\w-]+$/.test(id)) return void empty(response, 403);
    const part = `${path}.${id}.part`;
    parts.add(part);
    try {
      await pipeline(request, createWriteStream(part, { flags: 'a' }));
      if (query.has('more')) return void empty(response, 204);
      parts.delete(part);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    empty(response, 204);
  }

  const posts: Readonly<Record<string, (request: IncomingMessage) => Promise<void>>> = {
    events: async (request) => {
      for (const event of await json<unknown[]>(request)) options.onEvent?.(event);
    },
    result: async (request) => settle(await json(request)),
    error: async (request) => fail(receivedError(await json(request))),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // SharedArrayBuffer and precise clocks need an isolated page.
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    response.setHeader('cache-control', 'no-store');
    const url = (request.url ?? '').replace(/[?#].*$/s, '');
    if (!url.startsWith(secret)) return void empty(response, 404);
    const [, head = '', tail] = /^([^/]*)(?:\/(.*))?$/s.exec(url.slice(secret.length)) ?? [];
    if (request.method === 'POST') {
      if (head === 'out' && tail) return receiveFile(request, response, tail);
      if (tail === undefined && Object.hasOwn(services, head))
        return void response.end(await services[head]!(await bytes(request)));
      const post = tail === undefined && Object.hasOwn(posts, head) ? posts[head] : undefined;
      if (!post) return void empty(response, 404);
      await post(request);
      return void empty(response, 204);
    }
    if (request.method !== 'GET') return void empty(response, 405);
    if (tail !== undefined) {
      if (head === 'files') {
        const name = decodeURIComponent(tail);
        return sendFile(response, Object.hasOwn(files, name) ? files[name] : null);
      }
      return sendFile(response, Object.hasOwn(folders, head) ? inside(folders[head]!, tail) : null);
    }
    if (head === '' || head === 'blank') {
      response.setHeader('content-type', TYPES['.html']!);
      return void response.end(head === '' ? PAGE : BLANK);
    }
    if (head === 'page.js') return sendFile(response, options.bundle);
    if (head.endsWith('.js.map')) return sendFile(response, join(options.bundle, '..', head));
    if (head === 'data' && options.data)
      return sendData(response, options.data, new URL(request.url!, 'http://localhost').searchParams);
    if (head === 'job') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify(options.job));
    }
    if (head === 'abort') {
      const done = () => response.end(JSON.stringify(stop.signal.aborted));
      if (stop.signal.aborted) return void done();
      const timer = setTimeout(done, ABORT_POLL);
      stop.signal.addEventListener('abort', done, { once: true });
      response.once('close', () => {
        clearTimeout(timer);
        stop.signal.removeEventListener('abort', done);
      });
      return;
    }
    empty(response, 404);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400).end(error.message);
    });
  });
  server.requestTimeout = 0; // a large upload takes its time
  server.keepAliveTimeout = 0; // a page that computes for long finds its connection still open
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${secret}`,
    result,
    abort: () => stop.abort(),
    close: async () => {
      await new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      });
      for (const part of parts) await rm(part, { force: true });
    },
  };
}
