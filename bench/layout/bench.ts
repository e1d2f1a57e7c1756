import type { Dispatch } from '../../src/dispatch.js';
import type { Engine } from '../../src/engine/engine.js';
import { uploadFilter } from '../../src/engine/filter.js';
import { free } from '../../src/engine/tensor.js';
import { blocks, ceilDiv } from '../../src/shape.js';
import { random } from '../../test/random.js';
import { type Buffers, direct, type Layer, winograd } from './layout.js';
import { LAYOUTS, type Layout, mapBytes, placeIn } from './maps.js';
import { dispatched, roundRobin, type Times } from './timing.js';

export interface Row {
  readonly layer: string;
  readonly algorithm: string;
  readonly layout: Layout;
  /** Largest error over sampled outputs, relative to the largest of them. */
  readonly error: number;
  readonly times: Times;
  /** GFLOP/s of the definition, at the median. */
  readonly gflops: number;
}

const LAYERS: readonly Layer[] = [
  { in: 3, out: 64, edge: 224 },
  { in: 64, out: 64, edge: 112 },
  { in: 512, out: 512, edge: 28 },
];
/** F(4x4, 3x3) loses this in its transforms; the longest direct sum here stays below it. */
const TOLERANCE = 3e-5;
const SAMPLES = 200;

function reference(l: Layer, x: Float32Array, w: Float32Array, o: number, pixel: number): number {
  let sum = 0;
  for (let tap = 0; tap < 9; tap++) {
    const iy = Math.floor(pixel / l.edge) + Math.floor(tap / 3) - 1;
    const ix = (pixel % l.edge) + (tap % 3) - 1;
    if (iy < 0 || ix < 0 || iy >= l.edge || ix >= l.edge) continue;
    for (let i = 0; i < l.in; i++) sum += w[(o * l.in + i) * 9 + tap]! * x[(i * l.edge + iy) * l.edge + ix]!;
  }
  return sum;
}

/** Times all layouts and algorithms on one layer, in turn, after a check of each. */
async function benchLayer(engine: Engine, l: Layer, rounds: number): Promise<Row[]> {
  const layer = `${l.in} -> ${l.out} at ${l.edge}x${l.edge}`;
  const pixels = l.edge ** 2;
  const x = random(l.in * pixels, 1);
  const w = random(l.out * l.in * 9, 2);
  const shape = { out: l.out, in: l.in, kernel: [3, 3], groups: 1, transposed: false } as const;
  const filters = [
    uploadFilter(engine, w, shape, 'tiles'),
    uploadFilter(engine, w, shape, 'winograd'),
  ] as const;
  const samples = Array.from({ length: SAMPLES }, (_, k) => {
    const [o, pixel] = [(k * 37) % l.out, (k * 7919) % pixels];
    return { o, pixel, wanted: reference(l, x, w, o, pixel) };
  });
  const largest = Math.max(...samples.map((s) => Math.abs(s.wanted)));
  const tileBytes = 36 * 16 * ceilDiv(l.edge, 4) ** 2;
  const shared = {
    y: engine.buffer(mapBytes('channels-last', l.out, pixels), 'y'),
    v: engine.buffer(tileBytes * blocks(l.in), 'v'),
    m: engine.buffer(tileBytes * blocks(l.out), 'm'),
  };
  const inputs = LAYOUTS.map((layout) => {
    const data = new Float32Array(mapBytes(layout, l.in, pixels) / 4);
    const place = placeIn(layout, l.in, pixels);
    for (const [i, value] of x.entries()) data[place(Math.floor(i / pixels), i % pixels)] = value;
    const buffer = engine.buffer(data.byteLength, layout);
    engine.device.queue.writeBuffer(buffer, 0, data);
    return { layout, buffer };
  });

  const check = async (layout: Layout, dispatches: readonly Dispatch<GPUBuffer>[]): Promise<number> => {
    engine.device.queue.writeBuffer(shared.y, 0, new Uint8Array(shared.y.size).fill(0xff));
    await engine.scoped(layer, 0, () => {
      const encoder = engine.device.createCommandEncoder();
      engine.encode(encoder, dispatches);
      engine.device.queue.submit([encoder.finish()]);
    });
    const got = new Float32Array(await engine.readBuffer(shared.y));
    const place = placeIn(layout, l.out, pixels);
    const error = Math.max(...samples.map((s) => Math.abs(got[place(s.o, s.pixel)]! - s.wanted))) / largest;
    if (!(error <= TOLERANCE))
      throw new Error(`${layer}, ${layout}: error ${error}, should be at most ${TOLERANCE}`);
    return error;
  };

  const variants = [];
  for (const quad of engine.features.has('subgroups') ? [false, true] : [false]) {
    for (const [i, lower] of [direct, winograd].entries()) {
      for (const { layout, buffer } of inputs) {
        const dispatches = lower(layout, quad, l, { ...shared, x: buffer } satisfies Buffers, filters[i]!);
        const algorithm = `${i === 0 ? 'direct' : 'Winograd'}${quad ? ', quads' : ''}`;
        variants.push({ algorithm, layout, error: await check(layout, dispatches), dispatches });
      }
    }
  }
  const times = await roundRobin(
    engine,
    variants.map((v) => dispatched(engine, v.dispatches, shared.y)),
    rounds,
  );
  free(...filters);
  for (const buffer of [...Object.values(shared), ...inputs.map((i) => i.buffer)]) buffer.destroy();
  const flops = 2 * 9 * l.in * l.out * pixels;
  return variants.map(({ dispatches: _, ...v }, i) => ({
    layer,
    ...v,
    times: times[i]!,
    gflops: flops / times[i]!.median / 1e6,
  }));
}

export async function benchLayouts(engine: Engine, say: (row: Row) => void, rounds = 7): Promise<Row[]> {
  const rows: Row[] = [];
  for (const layer of LAYERS) {
    const more = await benchLayer(engine, layer, rounds);
    more.forEach(say);
    rows.push(...more);
  }
  return rows;
}
