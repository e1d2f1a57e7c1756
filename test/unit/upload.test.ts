import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createEngine } from '../../src/engine/engine.js';
import { STAGING } from '../../src/engine/staging.js';
import { Graph } from '../../src/graph/builder.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { seededWeights } from '../../src/weights/seeded.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A task of the event loop: what weak references hold lives until the end of one. */
const task = () => new Promise((done) => setImmediate(done));

/** Takes every call and property, and returns itself. */
const anything: never = new Proxy(() => {}, {
  get: (_, key) => (key === 'then' ? undefined : anything),
  apply: () => anything,
}) as never;

interface Write {
  /** Weak, so that what the engine lets go is gone. */
  readonly source: WeakRef<ArrayBuffer>;
  readonly bytes: number;
}

/** A device that computes nothing: it notes its buffers and what is written, and lets a test look between steps. */
function fakeDevice(between: () => void) {
  const writes: Write[] = [];
  const buffers: { label: string; size: number }[] = [];
  let onTheirWay = 0;
  let most = 0;
  const queue = {
    writeBuffer(_: unknown, __: number, data: Float32Array, from = 0, count = data.length - from) {
      writes.push({ source: new WeakRef(data.buffer as ArrayBuffer), bytes: 4 * count });
      onTheirWay += 4 * count;
      most = Math.max(most, onTheirWay);
    },
    submit() {},
    async onSubmittedWorkDone() {
      onTheirWay = 0;
    },
  };
  const own: Record<string, unknown> = {
    queue,
    adapterInfo: {},
    features: new Set(),
    lost: new Promise(() => {}),
    limits: {
      maxStorageBufferBindingSize: DEFAULT_LIMITS.bindingBytes,
      maxBufferSize: DEFAULT_LIMITS.bufferBytes,
      maxComputeWorkgroupsPerDimension: DEFAULT_LIMITS.workgroups,
      minStorageBufferOffsetAlignment: DEFAULT_LIMITS.alignment,
    },
    createBuffer({ label, size }: { label: string; size: number }) {
      buffers.push({ label, size });
      return {
        size,
        mapState: 'unmapped',
        getMappedRange: () => new ArrayBuffer(size),
        unmap() {},
        destroy() {},
      };
    },
    async popErrorScope() {
      await task();
      between();
      return null;
    },
  };
  const device = new Proxy(own, { get: (_, key) => own[key as string] ?? anything });
  return { device: device as unknown as GPUDevice, writes, buffers, most: () => most };
}

describe('weights', () => {
  const constants = globalThis as { GPUBufferUsage?: unknown };
  const own = constants.GPUBufferUsage;
  before(() => {
    constants.GPUBufferUsage = { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8 };
  });
  after(() => {
    constants.GPUBufferUsage = own;
  });

  it('go to the device from the arrays that the caller gave, a piece at a time', async () => {
    const g = new Graph('uploads');
    const x = g.input('data', 3);
    const a = g.conv('a', x, { out: 1000, kernel: 3 });
    const b = g.conv('large', a, { out: 1000, kernel: 4 }); // 61 MiB
    const c = g.conv('grouped', b, { out: 1000, kernel: 3, groups: 500 });
    const d = g.conv('winograd', c, { out: 100, kernel: 3, pad: 1 });
    g.output(
      g.upsample('up', g.convTranspose('transposed', d, { out: 9, kernel: 4, stride: 2 }), {
        kernel: 4,
        stride: 2,
      }),
    );
    const weights = seededWeights(g, 1);
    const { device, writes, buffers, most } = fakeDevice(() => {});
    const engine = await createEngine({ device });
    await engine.compile(g, { weights });
    const own = new Set([...weights.values()].map(({ data }) => data.buffer as ArrayBuffer));
    expect(writes.filter(({ source }) => !own.has(source.deref()!))).to.deep.equal([]);
    const sum = (bytes: readonly number[]) => bytes.reduce((total, one) => total + one, 0);
    const all = sum([...weights.values()].map(({ data }) => data.byteLength));
    expect(sum(writes.map(({ bytes }) => bytes))).to.equal(all);
    const raw = buffers.filter(({ label }) => label === 'raw filter').map(({ size }) => size);
    expect(Math.max(...raw)).to.be.within(STAGING / 2, STAGING);
    expect(most()).to.be.below(2 * STAGING);
    expect(all).to.be.above(2 * STAGING);
  });

  it('are folded a layer at a time: the host never holds them twice', async () => {
    const g = new Graph('folds');
    let x = g.input('data', 256);
    for (let i = 0; i < 8; i++)
      x = g.scale(`norm${i}`, g.conv(`conv${i}`, x, { out: 256, kernel: 3, pad: 1 }));
    g.output(x);
    const weights = seededWeights(g, 1);
    const own = new Set([...weights.values()].map(({ data }) => data.buffer as ArrayBuffer));
    let most = 0;
    const { device, writes } = fakeDevice(() => {
      collect();
      const copies = new Set(writes.map(({ source }) => source.deref()).filter((it) => it && !own.has(it)));
      const filters = [...copies].filter((it) => it!.byteLength > 2 ** 20);
      most = Math.max(most, filters.length);
    });
    const engine = await createEngine({ device });
    await engine.compile(g, { weights });
    expect(writes.filter(({ bytes }) => bytes > 2 ** 20).length).to.equal(8);
    expect(most).to.be.within(1, 2);
  });
});
