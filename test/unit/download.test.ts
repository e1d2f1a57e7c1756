import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DownloadOptions, download } from '../../src/cli/download.js';
import { DownloadError } from '../../src/errors.js';
import type { StreamProgress } from '../../src/weights/stream.js';

const SIZE = 300_000;
const content = (seed: number) => Buffer.from(Uint8Array.from({ length: SIZE }, (_, i) => (i * seed) % 251));
const FILE = content(7);
const SHA1 = createHash('sha1').update(FILE).digest('hex');

/** A client on a busy machine must have read what came before the connection breaks: unread bytes are lost. */
const DROP_AFTER_MS = 300;

/** A server of one file that can be changed, forget ranges, drop the connection and count its requests. */
class FileServer {
  file = FILE;
  etag: string | null = '"1"';
  ranges = true;
  /** Bytes after which each answer breaks off, in turn. */
  drops: number[] = [];
  status = 0;
  requests: IncomingMessage['headers'][] = [];
  #server: Server;

  constructor() {
    this.#server = createServer(this.#answer);
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/weights.caffemodel`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  readonly #answer: RequestListener = (request, response) => {
    this.requests.push(request.headers);
    if (this.status) return void response.writeHead(this.status).end('no');
    const changed = request.headers['if-range'] !== undefined && request.headers['if-range'] !== this.etag;
    const [, first] = (this.ranges && !changed && /^bytes=(\d+)-$/.exec(request.headers.range ?? '')) || [];
    const from = Number(first ?? 0);
    if (from >= this.file.length)
      return void response.writeHead(416, { 'content-range': `bytes */${this.file.length}` }).end();
    if (this.etag) response.setHeader('etag', this.etag);
    response.setHeader('content-length', this.file.length - from);
    if (first)
      response.setHeader('content-range', `bytes ${from}-${this.file.length - 1}/${this.file.length}`);
    response.writeHead(first ? 206 : 200);
    const drop = this.drops.shift();
    if (drop === undefined) response.end(this.file.subarray(from));
    else
      response.write(this.file.subarray(from, from + drop), () =>
        setTimeout(() => response.destroy(), DROP_AFTER_MS),
      );
  };
}

describe('a download', () => {
  let folder: string;
  let server: FileServer;
  let url: string;
  let path: string;
  let logged: string[];
  let seen: StreamProgress[];

  const get = (o: Partial<DownloadOptions> = {}) =>
    download(url, path, {
      signal: new AbortController().signal,
      sha1: SHA1,
      bytes: null,
      onProgress: (p) => seen.push(p),
      log: (line) => logged.push(line),
      pauseMs: 1,
      ...o,
    });
  const failed = (o: Partial<DownloadOptions> = {}): Promise<Error> =>
    get(o).then(
      () => new Error('should have failed'),
      (error) => error,
    );
  /** Bytes of an unfinished download, with what was noted beside it. */
  function leave(bytes: Uint8Array, note: object = { url, validator: '"1"' }) {
    writeFileSync(`${path}.part`, bytes);
    writeFileSync(`${path}.part.json`, JSON.stringify(note));
  }
  const range = (i: number) => server.requests[i]!.range;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rarefy-'));
    path = join(folder, 'models', 'weights.caffemodel');
    server = new FileServer();
    url = await server.start();
    logged = [];
    seen = [];
  });
  afterEach(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });
  const onlyFile = () => {
    expect(readdirSync(join(folder, 'models'))).to.deep.equal(['weights.caffemodel']);
    expect(readFileSync(path).equals(FILE)).to.equal(true);
  };

  it('makes the folder, reports progress, and leaves the file alone', async () => {
    expect(await get({ bytes: SIZE })).to.deep.equal({ bytes: SIZE, sha1: SHA1, resumedFrom: 0 });
    onlyFile();
    expect(seen.at(-1)).to.deep.equal({ done: SIZE, total: SIZE });
    expect(server.requests).to.have.length(1);
  });
  it('goes on by itself where the connection drops, twice', async () => {
    server.drops = [100_000, 50_000];
    await get();
    onlyFile();
    expect([0, 1, 2].map(range)).to.deep.equal([undefined, 'bytes=100000-', 'bytes=150000-']);
    expect(server.requests[1]!['if-range']).to.equal('"1"');
    for (const headers of server.requests) expect(headers['accept-encoding']).to.equal('identity');
    expect(logged).to.have.length(2);
    expect(logged[0]).to.match(/weights.caffemodel: broke off.*; goes on at 100000 bytes/);
  });
  it('gives up where a connection brings nothing, and keeps what it has for the next call', async () => {
    server.drops = [100_000, 0];
    const error = await failed();
    expect(error).to.be.instanceOf(DownloadError).and.to.include({ status: null });
    expect(existsSync(path)).to.equal(false);
    expect(readFileSync(`${path}.part`)).to.have.length(100_000);
    expect(await get()).to.include({ resumedFrom: 100_000 });
    expect(range(2)).to.equal('bytes=100000-');
    onlyFile();
  });
  it('stops where it is told to, and goes on later', async () => {
    server.drops = [100_000];
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const onProgress = ({ done }: StreamProgress) => done === 100_000 && abort.abort(reason);
    expect(await failed({ signal: abort.signal, onProgress })).to.equal(reason);
    expect(existsSync(path)).to.equal(false);
    expect(await get()).to.include({ resumedFrom: 100_000 });
    onlyFile();
  });
  it('starts over at a server without ranges, and at one whose file has changed', async () => {
    const old = content(5);
    server.ranges = false;
    await get({ sha1: null });
    rmSync(path);
    leave(old.subarray(0, 1000));
    await get();
    expect(range(1)).to.equal('bytes=1000-');
    onlyFile();
    rmSync(path);
    server.ranges = true;
    leave(old.subarray(0, 1000), { url, validator: '"0"' });
    await get({ sha1: null });
    onlyFile();
  });
  it('starts over where nothing tells that the rest is of the same file', async () => {
    server.etag = null;
    await get();
    for (const note of [
      { url, validator: null },
      { url: `${url}?other`, validator: '"1"' },
    ]) {
      rmSync(path);
      leave(content(5).subarray(0, 1000), note);
      await get({ sha1: null });
      expect(range(server.requests.length - 1)).to.equal(undefined);
      onlyFile();
    }
  });
  it('takes what is all there already', async () => {
    await get();
    rmSync(path);
    leave(FILE);
    expect(await get()).to.include({ bytes: SIZE, resumedFrom: SIZE });
    onlyFile();
  });
  it('keeps nothing that has another hash or another size', async () => {
    server.file = content(5);
    const hash = await failed();
    expect(hash).to.be.instanceOf(DownloadError);
    expect(hash.message)
      .to.match(/weights.caffemodel: sha1 [0-9a-f]{40}, should be /)
      .and.to.contain(SHA1);
    expect(readdirSync(join(folder, 'models'))).to.deep.equal([]);
    const size = await failed({ sha1: null, bytes: 5 });
    expect(size.message).to.contain('300000 bytes, should be 5');
    expect(readdirSync(join(folder, 'models'))).to.deep.equal([]);
  });
  it('fails with the status, and with none where no one answers', async () => {
    server.status = 404;
    const error = await failed();
    expect(error).to.be.instanceOf(DownloadError).and.to.include({ status: 404 });
    expect(error.message).to.equal(`${url}: status 404, should be 200`);
    url = 'http://127.0.0.1:1/x';
    expect((await failed()).message).to.contain('http://127.0.0.1:1/x: no answer: ');
  });
});
