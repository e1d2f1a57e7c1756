import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DownloadError } from '../../src/errors.js';
import { fetchBytes, readStream, type StreamProgress } from '../../src/weights/stream.js';

/** Of the three bytes "abc": FIPS 180-4. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** Bytes 0, 1, 2, ... that wrap at 251, so that no power of two repeats them. */
const counted = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

/** A stream of these chunks, which notes whether it was cancelled. */
function streamOf(chunks: readonly Uint8Array[], end: 'close' | 'stay' | Error = 'close') {
  const state = { cancelled: false };
  const waiting = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = waiting.shift();
      if (chunk) controller.enqueue(chunk);
      else if (end === 'close') controller.close();
      else if (end !== 'stay') controller.error(end);
      else return new Promise(() => {});
    },
    cancel() {
      state.cancelled = true;
    },
  });
  return { stream, state };
}

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('should have failed'),
    (error) => error,
  );

describe('reading a stream', () => {
  for (const sizes of [[], [0], [3], [65536], [1, 65535, 1], [70_000, 5, 200_000, 1_000_000]])
    for (const known of [true, false])
      it(`joins chunks of [${sizes}] bytes, their size ${known ? 'known' : 'unknown'}`, async () => {
        const total = sizes.reduce((a, b) => a + b, 0);
        const bytes = counted(total);
        let at = 0;
        const chunks = sizes.map((size) => bytes.subarray(at, (at += size)));
        const seen: StreamProgress[] = [];
        const read = await readStream(streamOf(chunks).stream, {
          ...(known && { size: total }),
          onProgress: (p) => seen.push(p),
        });
        expect(read).to.deep.equal(bytes);
        expect(read.byteLength).to.equal(read.buffer.byteLength);
        expect(seen.map(({ done }) => done)).to.deep.equal(
          sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0)),
        );
        expect(seen.every((p) => p.total === (known ? total : null))).to.equal(true);
      });

  const abc = [Uint8Array.of(0x61), Uint8Array.of(0x62, 0x63)];
  it('takes the hash that the bytes have, in either case', async () => {
    for (const sha256 of [ABC, ABC.toUpperCase()])
      expect(await readStream(streamOf(abc).stream, { sha256 })).to.have.length(3);
  });
  for (const [options, message] of [
    [{ sha256: ABC.replace('b', 'c') }, `stream: sha256 ${ABC}, should be ca78`],
    [{ size: 4 }, 'stream: breaks off at 3 bytes, should be 4'],
    [{ size: 2 }, 'stream: more than 2 bytes, should be 2'],
    [{ maxBytes: 2 }, 'stream: more than 2 bytes, should be at most 2'],
    [{ size: 2 ** 33, name: 'a.bin' }, 'a.bin: 8589934592 bytes, should be at most 4294967296'],
  ] as const)
    it(`refuses other bytes than those wanted: ${message}`, async () => {
      const error = await failure(readStream(streamOf(abc).stream, options));
      expect(error).to.be.instanceOf(DownloadError);
      expect(error.message).to.contain(message);
    });

  it('cancels a stream that is too long, and says why one broke off', async () => {
    const { stream, state } = streamOf(abc, 'stay');
    await failure(readStream(stream, { maxBytes: 1 }));
    expect(state.cancelled).to.equal(true);
    const error = await failure(readStream(streamOf(abc, new Error('no more')).stream));
    expect(error).to.be.instanceOf(DownloadError);
    expect(error.message).to.equal('stream: broke off: no more');
  });
  it("stops at once with the signal's reason, before and while it waits", async () => {
    const reason = new Error('enough');
    const before = streamOf(abc);
    const already = failure(readStream(before.stream, { signal: AbortSignal.abort(reason) }));
    expect(await already).to.equal(reason);
    expect(before.state.cancelled).to.equal(true);
    const abort = new AbortController();
    const { stream, state } = streamOf(abc, 'stay');
    const reading = readStream(stream, {
      signal: abort.signal,
      onProgress: ({ done }) => done === 3 && setTimeout(() => abort.abort(reason), 5),
    });
    expect(await failure(reading)).to.equal(reason);
    expect(state.cancelled).to.equal(true);
  });
});

describe('fetching bytes', () => {
  let server: Server;
  let url = '';
  let answer: RequestListener;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.bin`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('reports progress against the length that the answer gives', async () => {
    answer = (_, response) => response.setHeader('content-length', 300_000).end(counted(300_000));
    let last: StreamProgress | null = null;
    const bytes = await fetchBytes(url, { onProgress: (p) => (last = p) });
    expect(bytes).to.deep.equal(counted(300_000));
    expect(last).to.deep.equal({ done: 300_000, total: 300_000 });
  });
  it('fails with the status', async () => {
    answer = (_, response) => response.writeHead(404).end('no');
    const error = await failure(fetchBytes(url));
    expect(error).to.be.instanceOf(DownloadError).and.to.include({ status: 404 });
    expect(error.message).to.equal(`${url}: status 404, should be 200`);
  });
  it('fails when the connection drops, and when there is none', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    };
    const dropped = await failure(fetchBytes(url));
    expect(dropped).to.be.instanceOf(DownloadError);
    expect(dropped.message).to.contain('x.bin: broke off: ');
    const refused = await failure(fetchBytes('http://127.0.0.1:1/x.bin'));
    expect(refused).to.be.instanceOf(DownloadError);
    expect(refused.message).to.contain('x.bin: no answer: ');
  });
  it('stops a request that is not answered', async () => {
    answer = () => {};
    const signal = AbortSignal.timeout(30);
    expect(await failure(fetchBytes(url, { signal }))).to.have.property('name', 'TimeoutError');
  });
});
