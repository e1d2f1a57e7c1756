import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesOf } from '../../src/cli/data_files.js';
import { inside, type Server, serve } from '../../src/cli/server.js';
import { DataError, LimitError } from '../../src/errors.js';
import { serverFiles } from '../../src/page/data_files.js';
import { type Job, runFromServer, sentError } from '../../src/page/host.js';

const tick = () => new Promise<string>((done) => setTimeout(done, 5, 'tick'));

describe('the job server', () => {
  let folder: string;
  let server: Server;
  const events: unknown[] = [];
  let full = false;
  const work = (job: Job) => runFromServer(server.url, { doctor: job }, async () => ({}) as GPU);
  const get = (path: string) => fetch(server.url + path);
  const post = (path: string, body: string) => fetch(server.url + path, { method: 'POST', body });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rarefy-'));
    writeFileSync(join(folder, 'secret'), 'secret');
    writeFileSync(join(folder, 'a photo.png'), 'pixels');
    mkdirSync(join(folder, 'set'));
    writeFileSync(join(folder, 'set/a b.txt'), '1');
    events.length = 0;
    full = false;
    server = await serve({
      job: { name: 'doctor', options: { a: 1 }, runtime: 'node' },
      bundle: join(folder, 'page.js'),
      files: { '0': join(folder, 'a photo.png') },
      folders: { data: folder },
      data: filesOf({ source: join(folder, 'set'), options: {} }),
      outDir: join(folder, 'out'),
      onEvent: (event) => {
        if (full) throw new Error('ENOSPC: no space left on device, write');
        events.push(event);
      },
    });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the job, files by name and folders, and isolates the page', async () => {
    const response = await get('job');
    expect(await response.json()).to.deep.equal({ name: 'doctor', options: { a: 1 }, runtime: 'node' });
    expect(response.headers.get('cross-origin-opener-policy')).to.equal('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy')).to.equal('require-corp');
    expect(await (await get('files/0')).text()).to.equal('pixels');
    expect(await (await get('data/a%20photo.png')).text()).to.equal('pixels');
  });
  it('reads the files of a data set, and those alone', async () => {
    const { url } = server;
    const files = serverFiles({ url, signal: new AbortController().signal });
    expect(new TextDecoder().decode(await files.read(join(folder, 'set/a b.txt')))).to.equal('1');
    expect(await files.list(join(folder, 'set'))).to.deep.equal(['a b.txt']);
    for (const [path, message] of [
      ['set/none', `${join(folder, 'set/none')}: missing, should be a file of the data set`],
      ['secret', `${join(folder, 'secret')}: outside of the data set, should be in ${join(folder, 'set')}`],
      ['set/../secret', `${join(folder, 'set')}/../secret: outside of the data set, should be in`],
    ] as const) {
      const error = await files.read(`${folder}/${path}`).catch((e) => e);
      expect(error).to.be.instanceOf(DataError);
      expect(error.message).to.contain(message);
      expect(error.path).to.equal(`${folder}/${path}`);
    }
  });
  it('knows nothing outside its secret, its files and its folders', async () => {
    const { origin } = new URL(server.url);
    for (const path of ['/', '/job', '/data/secret'])
      expect((await fetch(origin + path)).status).to.equal(404);
    for (const path of ['files/1', 'files/secret', 'files/toString', 'constructor/x', 'data/none', 'data/']) {
      expect((await get(path)).status, path).to.equal(404);
    }
    expect((await post('job', '')).status).to.equal(404);
  });
  it('refuses paths that lead out of a folder', async () => {
    for (const path of ['../secret', '%2e%2e/secret', '..%2Fsecret', 'a/../../secret', '', '%00', '%'])
      expect(inside(folder, path), path).to.equal(null);
    expect(inside(folder, 'b/c.png')).to.equal(join(folder, 'b', 'c.png'));
    // A client that does not tidy the path as fetch does.
    const { port, pathname } = new URL(server.url);
    const status = await new Promise((done) =>
      request({ host: '127.0.0.1', port, path: `${pathname}data/..%2f..%2fetc/passwd` }, (response) => {
        response.resume();
        done(response.statusCode);
      }).end(),
    );
    expect(status).to.equal(404);
    for (const name of ['..%2Fsecret', 'x%2F..%2F..%2Fsecret', '..', 'a/b'])
      expect((await post(`out/${name}`, 'x')).status, name).to.be.oneOf([403, 404]);
    expect(readFileSync(join(folder, 'secret'), 'utf8')).to.equal('secret');
  });
  it('writes an output file whole', async () => {
    expect((await post('out/labels.png', 'labels')).status).to.equal(204);
    expect(readdirSync(join(folder, 'out'))).to.deep.equal(['labels.png']);
    expect(readFileSync(join(folder, 'out', 'labels.png'), 'utf8')).to.equal('labels');
  });
  it('leaves nothing of an output file that breaks off', async () => {
    const { port, pathname } = new URL(server.url);
    const out = join(folder, 'out');
    const upload = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `${pathname}out/labels.png`,
      headers: { 'content-length': 1000 },
    });
    upload.on('error', () => {});
    upload.write('half');
    const until = async (met: () => boolean) => {
      while (!met()) await new Promise((done) => setTimeout(done, 5));
    };
    await until(() => existsSync(out) && readdirSync(out).length > 0);
    upload.destroy();
    await until(() => readdirSync(out).length === 0);
  });
  it('writes a large output file whole, from parts (long)', async () => {
    const bytes = Uint8Array.from({ length: 2 ** 27 + 5 }, (_, i) => i % 251);
    const seen = new Set<string>();
    await work(async (host) => {
      const all = host.write('large', bytes);
      while ((await Promise.race([all.then(() => 'all'), tick()])) !== 'all')
        if (existsSync(join(folder, 'out')))
          for (const name of readdirSync(join(folder, 'out'))) seen.add(name);
    });
    expect(await server.result).to.equal(null);
    expect(readdirSync(join(folder, 'out'))).to.deep.equal(['large']);
    expect(readFileSync(join(folder, 'out/large')).equals(bytes)).to.equal(true);
    expect([...seen].filter((name) => name.endsWith('.part'))).to.have.length(1);
    expect((await post('out/a?part=..%2F..%2Fb', 'x')).status).to.equal(403);
  });
  it('leaves nothing of an output file whose last part never comes', async () => {
    expect((await post('out/labels.png?part=a-1&more', 'half')).status).to.equal(204);
    expect(readdirSync(join(folder, 'out'))).to.deep.equal(['labels.png.a-1.part']);
    await server.close();
    expect(readdirSync(join(folder, 'out'))).to.deep.equal([]);
  });
  it('ends a job whose events cannot be kept, with the reason', async () => {
    full = true;
    await work((host) => {
      host.progress({ text: 'step' });
      return new Promise(() => {});
    });
    const error = await server.result.catch((e) => e);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ message: 'events: ENOSPC: no space left on device, write' });
    expect(events).to.deep.equal([]);
  });
  it('passes events on in their order and resolves with the result', async () => {
    await post('events', JSON.stringify([{ text: 'a' }, { text: 'b' }]));
    await post('result', JSON.stringify({ top: 5 }));
    expect(events).to.deep.equal([{ text: 'a' }, { text: 'b' }]);
    expect(await server.result).to.deep.equal({ top: 5 });
  });
  it("rejects with the page's error, its name and its fields", async () => {
    const thrown = new LimitError('conv1: 9 bytes', 9, 4, 'use less');
    await post('error', JSON.stringify(sentError(thrown)));
    const error = await server.result.catch((e) => e);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'LimitError', message: 'conv1: 9 bytes; use less', needed: 9, have: 4 });
  });
  it('answers the question whether to stop when the command is interrupted', async () => {
    const answer = get('abort').then((response) => response.json());
    setTimeout(() => server.abort(), 20);
    expect(await answer).to.equal(true);
  });
});
