import { expect } from 'chai';
import { createEngine } from '../../src/engine/engine.js';
import { uploadFilter } from '../../src/engine/filter.js';
import { activation, conv2d } from '../../src/engine/operators.js';
import { Recording } from '../../src/engine/recording.js';
import { download, empty, free, type Tensor, upload } from '../../src/engine/tensor.js';
import { DeviceLostError, WgslError } from '../../src/errors.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { conv2d as reference } from '../reference/conv2d.js';
import { runGraph } from '../reference/graph.js';
import { BROKEN } from './broken_kernel.js';
import { relativeError } from './compare.js';
import { rejection } from './rejection.js';
import { FILTER, image, smallNet } from './small_net.js';

const openDevice = async () => (await navigator.gpu.requestAdapter())!.requestDevice();

describe('engine', () => {
  it('borrows a device three times over and leaves it alive, with its handlers', async () => {
    const device = await openDevice();
    const seen: string[] = [];
    device.onuncapturederror = (event) => seen.push(event.error.message);
    const handler = device.onuncapturederror;
    const [graph, input] = [smallNet(), image(9, 14)];
    const weights = seededWeights(graph, 1);
    const wanted = runGraph(graph, weights, { data: input }).get('pool')!.data;
    for (let round = 0; round < 3; round++) {
      const engine = await createEngine({ device });
      const net = await engine.compile(graph, { weights });
      const { outputs } = await net.run(input);
      expect(relativeError(await download(engine, outputs.pool as Tensor), wanted)).to.be.at.most(1e-5);
      outputs.pool!.buffer.destroy();
      engine.dispose();
      expect(() => engine.buffer(16, 'late')).to.throw('used after dispose');
    }
    expect(device.onuncapturederror).to.equal(handler);
    expect(seen).to.deep.equal([]);
    // The host's device still works, and its own mistakes still reach its own handler.
    device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await device.queue.onSubmittedWorkDone();
    await new Promise((done) => setTimeout(done, 50));
    expect(seen.length).to.equal(1);
    device.destroy();
  });

  it('runs more workgroups than one dimension holds', async () => {
    const engine = await createEngine();
    const w = 65535 * 64 + 1;
    const shape = { n: 1, c: 1, h: 1, w };
    const data = new Float32Array(w);
    for (const at of [0, 65535 * 64 - 1, 65535 * 64]) data[at] = -1 - at;
    const x = upload(engine, data, shape);
    const y = activation(engine, x, { kind: 'clip', max: 7, min: -3 });
    const values = await download(engine, y);
    expect([...values.slice(0, 2), ...values.slice(-2)]).to.deep.equal([-1, 0, -3, -3]);
    expect(values.reduce((sum, v) => sum + v, 0)).to.equal(-7);
    free(x, y);
    engine.dispose();
  });

  it('records operators into a host encoder', async () => {
    const engine = await createEngine();
    const xs = { n: 1, c: 3, h: 7, w: 9 };
    const [x, w] = [random(3 * 7 * 9, 1), random(8 * 27, 2)];
    const filter = uploadFilter(engine, w, FILTER, 'tiles');
    const input = upload(engine, x, xs);
    const recording = new Recording(engine);
    const y = conv2d(recording, input, filter, null, { pad: 1 });
    expect(recording.dispatches.length).to.equal(1);
    const encoder = engine.device.createCommandEncoder();
    recording.encode(encoder);
    engine.device.queue.submit([encoder.finish()]);
    recording.release();
    const wanted = reference(x, xs, w, FILTER, null, { pad: 1 });
    expect(relativeError(await download(engine, y), wanted)).to.be.at.most(1e-6);
    free(input, filter, y);
    engine.dispose();
  });

  it('records a whole net into a host encoder, from a tensor to a tensor', async () => {
    const engine = await createEngine();
    const [graph, input] = [smallNet(), image(9, 14)];
    const weights = seededWeights(graph, 1);
    const net = await engine.compile(graph, { weights });
    const x = upload(engine, input.data, input.shape);
    const y = empty(engine, { n: 1, c: 20, h: 5, w: 7 });
    const encoder = engine.device.createCommandEncoder();
    const release = net.encode(encoder, x, { pool: y });
    engine.device.queue.submit([encoder.finish()]);
    release();
    const wanted = runGraph(graph, weights, { data: input }).get('pool')!.data;
    expect(relativeError(await download(engine, y), wanted)).to.be.at.most(1e-5);
    free(x, y);
    engine.dispose();
  });

  it('reports a kernel that does not compile with its place and line', async () => {
    const engine = await createEngine();
    const error = await rejection(
      engine.pipelines.compile({ kernel: BROKEN, elem: 'f32', constants: {} }),
      WgslError,
    );
    expect(error.kernel).to.equal('broken');
    // wgpu does not say where in a pipeline's module the error is.
    if (error.line > 0) {
      expect(error.line).to.equal(3);
      expect(error.sourceLine).to.contain('1.5');
      expect(error.message).to.match(/^broken\.wgsl:3:\d+: /);
    }
    engine.dispose();
  });
});

describe('a run in pieces', () => {
  it('an abort rejects within a second and leaves the engine usable', async () => {
    const engine = await createEngine();
    const g = smallNet(48);
    const weights = seededWeights(g, 1);
    const net = await engine.compile(g, { weights, maxSubmitMs: 50 });
    await net.run(image(9, 14));
    const abort = new AbortController();
    let aborted = 0;
    const run = net.run(image(500, 700), {
      signal: abort.signal,
      onProgress: () => {
        if (aborted) return;
        aborted = performance.now();
        abort.abort(new DOMException('stop', 'AbortError'));
      },
    });
    await rejection(run, DOMException, 'stop');
    expect(aborted).to.be.above(0);
    expect(performance.now() - aborted).to.be.below(1000);
    const input = image(9, 14);
    const { outputs } = await net.run(input);
    const wanted = runGraph(g, weights, { data: input }).get('pool')!.data;
    expect(relativeError(await download(engine, outputs.pool as Tensor), wanted)).to.be.at.most(1e-5);
    engine.dispose();
  });

  it('reports its progress in order, up to the end', async () => {
    const engine = await createEngine();
    const g = smallNet(48);
    const net = await engine.compile(g, { weights: seededWeights(g, 1), maxSubmitMs: 20 });
    const seen: number[] = [];
    const { submits } = await net.run(image(200, 300), { onProgress: ({ done }) => seen.push(done) });
    expect(seen.length).to.equal(submits);
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).to.be.closeTo(1, 1e-9);
    engine.dispose();
  });

  it('a device destroyed mid-run rejects everything pending, and restore runs on another one', async () => {
    const device = await openDevice();
    const engine = await createEngine({ device });
    const g = smallNet(48);
    const weights = seededWeights(g, 1);
    const net = await engine.compile(g, { weights, maxSubmitMs: 20 });
    const large = net.run(image(500, 700), { onProgress: () => device.destroy() });
    const waiting = net.run(image(9, 14));
    const [first, second] = await Promise.all([
      rejection(large, DeviceLostError),
      rejection(waiting, DeviceLostError),
    ]);
    expect(first.reason).to.equal('destroyed');
    expect(second.message).to.contain('device lost (destroyed)');
    expect(() => engine.buffer(16, 'late')).to.throw(DeviceLostError);
    await rejection(net.run(image(9, 14)), DeviceLostError);
    await rejection(engine.restore(), Error, 'borrowed');

    const another = await openDevice();
    await engine.restore(another);
    const input = image(9, 14);
    const { outputs } = await net.run(input);
    const wanted = runGraph(g, weights, { data: input }).get('pool')!.data;
    expect(relativeError(await download(engine, outputs.pool as Tensor), wanted)).to.be.at.most(1e-5);
    engine.dispose();
    another.destroy();
  });

  it('500 runs of changing sizes keep the bytes on the device bounded', async () => {
    const engine = await createEngine();
    const g = smallNet(4);
    const net = await engine.compile(g, { weights: seededWeights(g, 1) });
    const { weights } = net.memory;
    let most = 0;
    for (let i = 0; i < 500; i++) {
      const { outputs } = await net.run(image(3 + (i % 11), 3 + (i % 7)));
      outputs.pool!.buffer.destroy();
      most = Math.max(most, net.memory.maps);
    }
    expect(net.memory.weights).to.equal(weights);
    expect(most).to.be.below(4 * 2 * 16 * 16 * 16 * 2);
    engine.dispose();
  });
});
