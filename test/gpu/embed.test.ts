import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { download, empty, free, type Tensor, upload } from '../../src/engine/tensor.js';
import {
  DisposedError,
  LimitError,
  OutOfMemoryError,
  ShapeError,
  ValidationError,
  WgslError,
} from '../../src/errors.js';
import type { Net } from '../../src/graph/net.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { runGraph } from '../reference/graph.js';
import { BROKEN } from './broken_kernel.js';
import { relativeError } from './compare.js';
import { meter } from './meter.js';
import { rejection } from './rejection.js';
import { image, smallNet } from './small_net.js';

const graph = smallNet();
const weights = seededWeights(graph, 1);

describe('on a device of a host', () => {
  let device: GPUDevice;
  let engine: Engine;
  /** What reached the host's handler. */
  let seen: string[];

  beforeEach(async () => {
    device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    seen = [];
    device.onuncapturederror = ({ error }) => seen.push(error.message);
    engine = await createEngine({ device });
  });
  afterEach(async () => {
    await device.queue.onSubmittedWorkDone();
    await new Promise((done) => setTimeout(done, 20));
    expect(seen).to.deep.equal([]);
    engine.dispose();
    device.destroy();
  });

  async function expectOutput(y: Tensor, input: HostTensor): Promise<void> {
    const wanted = runGraph(graph, weights, { data: input }).get('pool')!.data;
    expect(relativeError(await download(engine, y), wanted)).to.be.at.most(1e-5);
    free(y);
  }

  /** A recording of an image of 9 x 14 pixels, and what it reads and writes. */
  function recording(net: Net) {
    const input = image(9, 14);
    const x = upload(engine, input.data, input.shape);
    const y = empty(engine, { n: 1, c: 20, h: 5, w: 7 });
    const encoder = device.createCommandEncoder();
    return { input, x, y, encoder, release: net.encode(encoder, x, { pool: y }) };
  }

  /** Five more sizes, than which fewer stay ready. */
  function encodeOthers(net: Net): void {
    for (let h = 2; h < 7; h++) {
      const input = image(h, 4);
      const [x, y] = [empty(engine, input.shape), empty(engine, { n: 1, c: 20, h: Math.ceil(h / 2), w: 2 })];
      net.encode(device.createCommandEncoder(), x, { pool: y })();
      free(x, y);
    }
  }

  /** Lets the next allocation of maps find no memory, as a device that is full would. */
  function fillOnce(): void {
    const { createBuffer, popErrorScope } = device;
    let [maps, fails] = [false, true];
    device.createBuffer = (descriptor) => {
      if (descriptor.label?.startsWith('a')) maps = true;
      return createBuffer.call(device, descriptor);
    };
    device.popErrorScope = async () => {
      const error = await popErrorScope.call(device);
      if (!maps || !fails) return error;
      fails = false;
      return new GPUOutOfMemoryError('not enough memory');
    };
  }

  it('maps that could not be allocated are freed, and allocated anew by the next run', async () => {
    const net = await engine.compile(graph, { weights });
    const bytes = meter(device);
    fillOnce();
    const input = image(9, 14);
    await rejection(net.run(input), OutOfMemoryError, 'allocation of maps: not enough memory');
    expect(net.memory.maps).to.equal(0);
    expect(bytes.now).to.equal(0);
    const { outputs } = await net.run(input);
    await expectOutput(outputs.pool as Tensor, input);
    expect(bytes.now).to.equal(net.memory.maps + net.memory.other);
  });

  it('maps that stay ready for another size make room on a device that is full', async () => {
    const net = await engine.compile(graph, { weights });
    const first = await net.run(image(9, 14));
    const of = (held: typeof net.memory) => held.maps + held.other;
    const before = of(net.memory);
    fillOnce();
    const input = image(13, 6);
    const { outputs } = await net.run(input);
    await expectOutput(outputs.pool as Tensor, input);
    const alone = await engine.compile(graph, { weights });
    const again = await alone.run(input);
    expect(of(net.memory)).to.equal(of(alone.memory)).and.not.to.equal(before);
    free(...[first, again].map((run) => run.outputs.pool as Tensor));
    alone.dispose();
  });

  it('a program that cannot be made keeps nothing', async () => {
    const net = await engine.compile(graph, { weights });
    const bytes = meter(device);
    const { createBindGroup } = device;
    device.createBindGroup = () => {
      throw new TypeError('no bind group');
    };
    await rejection(net.run(image(9, 14)), TypeError, 'no bind group');
    expect(net.memory.maps).to.equal(0);
    expect(bytes.now).to.equal(0);
    device.createBindGroup = createBindGroup;
    const x = empty(engine, image(9, 14).shape);
    expect(() => net.encode(device.createCommandEncoder(), x, {})).to.throw(ShapeError, 'pool');
    await net.freeMaps();
    expect(net.memory.maps).to.equal(0);
    free(x);
  });

  it('a recording keeps its buffers until its release, whatever else runs', async () => {
    const net = await engine.compile(graph, { weights });
    const { input, x, y, encoder, release } = recording(net);
    encodeOthers(net);
    await net.freeMaps();
    const held = net.memory.maps;
    expect(held).to.be.above(0);
    device.queue.submit([encoder.finish()]);
    release();
    expect(net.memory.maps).to.equal(0);
    await expectOutput(y, input);
    // Two of one size share their buffers; a release counts once.
    const [first, second] = [recording(net), recording(net)];
    expect(net.memory.maps).to.equal(held);
    await net.freeMaps();
    first.release();
    first.release();
    device.queue.submit([second.encoder.finish()]);
    second.release();
    expect(net.memory.maps).to.equal(0);
    await expectOutput(second.y, second.input);
    free(x, first.x, first.y, second.x);
  });

  it('a run keeps its buffers while other sizes are recorded', async () => {
    const net = await engine.compile(graph, { weights, maxSubmitMs: 1 });
    const input = image(64, 50);
    let recorded = false;
    const onProgress = () => {
      if (!recorded) encodeOthers(net);
      recorded = true;
    };
    const { outputs, submits } = await net.run(input, { onProgress });
    expect(submits).to.be.above(2);
    await expectOutput(outputs.pool as Tensor, input);
  });

  it('maxBytes counts every size that stays, and frees those in the way before it refuses', async () => {
    const sizes = [image(40, 40), image(41, 40), image(40, 41)];
    const unbounded = await engine.compile(graph, { weights });
    const maxBytes = Math.ceil(1.5 * unbounded.plan(sizes[1]!.shape).bytes.peak);
    unbounded.dispose();
    const bytes = meter(device);
    const net = await engine.compile(graph, { weights, maxBytes });
    for (const input of [...sizes, ...sizes]) {
      const x = upload(engine, input.data, input.shape);
      bytes.reset();
      const { outputs } = await net.run(x);
      expect(bytes.peak).to.be.at.most(maxBytes);
      free(x);
      await expectOutput(outputs.pool as Tensor, input);
    }
    const { input, x, y, encoder, release } = recording(net);
    await net.freeMaps();
    const held = net.memory.maps + net.memory.other;
    const peak = (h: number) => net.plan(image(h, 40).shape).bytes.peak;
    let h = 40;
    while (peak(h) + held <= maxBytes) h++;
    const error = await rejection(net.run(image(h, 40)), LimitError, `beside ${held} that other runs`);
    expect([error.needed, error.have]).to.deep.equal([peak(h) + held, maxBytes]);
    device.queue.submit([encoder.finish()]);
    release();
    await expectOutput(y, input);
    const { outputs } = await net.run(image(h, 40));
    free(x, outputs.pool as Tensor);
  });

  it('what is used after dispose() is a DisposedError', async () => {
    const net = await engine.compile(graph, { weights });
    const waiting = net.run(image(9, 14));
    net.dispose();
    await rejection(waiting, DisposedError, 'net small: used after dispose()');
    await rejection(net.run(image(9, 14)), DisposedError);
    await rejection(net.prepare(image(9, 14).shape), DisposedError);
    await rejection(net.tune({ inputs: image(9, 14).shape }), DisposedError);
    expect(() => recording(net)).to.throw(DisposedError);
    expect(net.memory).to.deep.equal({ weights: 0, maps: 0, other: 0 });
    await rejection(engine.restore(), LimitError, 'the engine borrowed its device; pass a new device');
    engine.dispose();
    expect(() => engine.compile(graph, { weights })).to.throw(DisposedError, 'engine: used after dispose()');
    await rejection(engine.restore(device), DisposedError);
  });

  it('what is refused of a run, an operator in a scope or a kernel does not reach the handler of the host', async () => {
    const net = await engine.compile(graph, { weights });
    const usage = GPUBufferUsage.COPY_DST;
    const pool = {
      buffer: device.createBuffer({ size: 20 * 5 * 7 * 4, usage }),
      shape: { n: 1, c: 20, h: 5, w: 7 },
      elem: 'f32' as const,
    };
    await rejection(net.run(image(9, 14), { outputs: { pool } }), ValidationError, 'inputs and outputs: ');
    const x = empty(engine, image(9, 14).shape);
    const encode = () => net.encode(device.createCommandEncoder(), x, { pool })();
    await rejection(engine.scoped('frame', 0, encode), ValidationError, 'frame: ');
    await rejection(engine.pipelines.compile({ kernel: BROKEN, elem: 'f32', constants: {} }), WgslError);
    free(x);
  });
});
