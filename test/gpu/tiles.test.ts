import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { fromRgba } from '../../src/engine/image.js';
import { download, empty, free, type Tensor, upload } from '../../src/engine/tensor.js';
import { LimitError, ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import type { Net } from '../../src/graph/net.js';
import { cutPlanes, pastePlanes } from '../../src/graph/tiles/area.js';
import { inside, lattice } from '../../src/graph/tiles/lattice.js';
import { planTiles } from '../../src/graph/tiles/plan_tiles.js';
import { runTiles } from '../../src/graph/tiles/run_tiles.js';
import { rgbaReader } from '../../src/graph/tiles/source.js';
import type { TilePart, TileProgress } from '../../src/graph/tiles/tile_options.js';
import { Windows } from '../../src/graph/tiles/windows.js';
import { testPicture } from '../../src/image/test_picture.js';
import { fcnAlexnet } from '../../src/nets/alexnet.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { NETS } from '../../src/nets/index.js';
import { FCN_PREPROCESS } from '../../src/ops/image.js';
import type { Pair } from '../../src/shape.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { meter } from './meter.js';
import { openEngine } from './open_engine.js';

const image = ([h, w]: Pair, n = 1) => ({
  shape: { n, c: 3, h, w },
  data: random(n * 3 * h * w, h).map((v) => 100 * v),
});

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Elements whose bits differ. */
function different(a: Float32Array, b: Float32Array): number {
  expect(a.length).to.equal(b.length);
  const [x, y] = [bits(a), bits(b)];
  let count = 0;
  for (let i = 0; i < x.length; i++) count += Number(x[i] !== y[i]);
  return count;
}

/** Winograd with and without a pool in its kernel, and every other layer that looks at neighbours. */
function everyLayer(): Graph {
  const g = new Graph('every layer');
  const x = g.input('data', 3);
  const conv = g.conv('conv', x, { out: 24, kernel: 3, pad: 5, relu: true });
  const wide = g.conv('wide', conv, { out: 40, kernel: 3, pad: 1, relu: true });
  const halved = g.maxPool('halved', wide, { kernel: 2, stride: 2, ceil: true });
  const deep = g.conv('deep', halved, { out: 36, kernel: 3, pad: 2 });
  const normed = g.lrn('normed', deep, { size: 5, alpha: 0.01, beta: 0.75 });
  const mean = g.avgPool('mean', normed, {
    kernel: 3,
    stride: 2,
    pad: 1,
    ceil: true,
    clip: true,
    countPad: true,
  });
  const most = g.maxPool('most', normed, { kernel: 3, stride: 2, pad: 1, ceil: true, clip: true });
  const both = g.concat('both', [mean, g.conv('grouped', most, { out: 6, kernel: 3, pad: 1, groups: 6 })]);
  const rare = g.conv('rare', both, { out: 8, kernel: 3, dilation: 2, pad: 2 });
  const score = g.conv('score', g.prelu('prelu', rare), { out: 5, kernel: 1 });
  const up = g.convTranspose('up', score, { out: 5, kernel: 4, stride: 2, pad: 1 });
  const resized = g.resize('resized', score, { mode: 'bicubic', coordinates: 'half_pixel', scale: 2 });
  const mixed = g.sum('mixed', [resized, up], [0.5, -2]);
  const spread = g.upsample('spread', mixed, { kernel: 4, stride: 2 });
  g.output(g.crop('cropped', spread, x));
  g.output(g.softmax('probability', score));
  return g;
}

describe('exact tiling', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  async function whole(net: Net, input: ReturnType<typeof image>): Promise<Record<string, Float32Array>> {
    const { outputs } = await net.run(input);
    const maps: Record<string, Float32Array> = {};
    for (const [name, y] of Object.entries(outputs) as [string, Tensor][]) {
      maps[name] = await download(engine, y);
      free(y);
    }
    return maps;
  }

  /** Runs a net whole and in windows of these sizes, and counts the tiles. */
  async function check(
    graph: Graph,
    size: Pair,
    windows: readonly (number | Pair)[],
    n = 1,
  ): Promise<number[]> {
    const input = image(size, n);
    const net = await engine.compile(graph, { weights: seededWeights(graph, 7) });
    const kernels = net.plan(input.shape).steps.flatMap((s) => s.dispatches.map((d) => d.kernel.name));
    expect(kernels).to.contain('winograd_output');
    const wanted = await whole(net, input);
    const counts: number[] = [];
    for (const window of windows) {
      const { outputs, plan: made } = await runTiles(net, input, { window });
      for (const [name, { data }] of Object.entries(outputs))
        expect(different(data, wanted[name]!), `${name}, windows of ${window}`).to.equal(0);
      expect(Object.keys(outputs)).to.deep.equal(Object.keys(wanted));
      counts.push(made.tiles.length);
    }
    net.dispose();
    return counts;
  }

  for (const size of [
    [157, 319],
    [301, 149],
    [203, 251],
  ] as const)
    it(`every layer that has tiles, on ${size.join(' x ')} pixels, equals the whole bit for bit${size[0] === 203 ? ' (long)' : ''}`, async () => {
      const counts = await check(everyLayer(), size, [120, [137, 400], [400, 128]]);
      expect(Math.max(...counts)).to.be.above(5);
    });

  it('two images at once', () => check(everyLayer(), [180, 133], [128], 2));

  for (const [size, window] of [
    [
      [1163, 301],
      [1080, 301],
    ],
    [
      [299, 1211],
      [299, 1100],
    ],
    [
      [1171, 1165],
      [1060, 1064],
    ],
  ] as const)
    it(`the small FCN-8s on ${size.join(' x ')} pixels${Math.min(...size) > 1000 ? ' (long)' : ''}`, async () => {
      const [count] = await check(NETS['fcn-small-8s']!({ width: 1 / 16, classes: 5 }), size, [window]);
      expect(count).to.be.above(1);
    });

  it('a narrow FCN-8s on 1093 x 131 pixels', async () => {
    expect(await check(fcn8s({ width: 1 / 16, classes: 3 }), [1093, 131], [[1030, 131]])).to.deep.equal([2]);
  });

  it('a narrow FCN-AlexNet on 709 x 649 pixels (long)', async () => {
    expect(
      await check(
        fcnAlexnet({ width: 1 / 8 }),
        [709, 333],
        [
          [649, 333],
          [600, 333],
        ],
      ),
    ).to.deep.equal([2, 3]);
  });

  it('a narrow FCN-GoogLeNet on 1601 x 97 pixels (long)', async () => {
    expect(await check(fcnGooglenet({ width: 1 / 8 }), [1601, 97], [[1473, 97]])).to.deep.equal([2]);
  });

  it('in f16', async () => {
    if (!engine.features.has('f16')) return;
    const graph = everyLayer();
    const input = image([203, 177]);
    const net = await engine.compile(graph, { weights: seededWeights(graph, 7), elem: 'f16' });
    const wanted = await whole(net, input);
    const { outputs } = await runTiles(net, input, { window: 128 });
    for (const [name, { data }] of Object.entries(outputs))
      expect(different(data, wanted[name]!), name).to.equal(0);
    net.dispose();
  });

  it('reads tensors and pictures, and writes tensors and parts', async () => {
    const graph = everyLayer();
    const net = await engine.compile(graph, { weights: seededWeights(graph, 7) });
    const picture = testPicture(203, 177);
    const size = { h: picture.height, w: picture.width };
    const data = fromRgba(engine, picture.rgba, size, FCN_PREPROCESS);
    const { outputs: maps } = await net.run(data);
    const wanted = await download(engine, maps.cropped as Tensor);
    const score = empty(engine, maps.cropped!.shape, 'f32', 'score');
    const probability = empty(engine, maps.probability!.shape, 'f32', 'probability');
    free(...Object.values(maps));

    const tensors = await runTiles(net, data, { window: 120, outputs: { cropped: score, probability } });
    expect(tensors.outputs).to.deep.equal({});
    expect(different(await download(engine, score), wanted)).to.equal(0);
    free(data);

    const reader = rgbaReader(engine, picture.rgba, size, FCN_PREPROCESS);
    const found = new Float32Array(wanted.length).fill(Number.NaN);
    const onPart = ({ output, area, shape, data: values }: TilePart) => {
      if (output !== 'cropped') return;
      expect([shape.h, shape.w]).to.deep.equal([area.h, area.w]);
      pastePlanes(values, found, score.shape, area);
    };
    const { outputs } = await runTiles(net, reader, { window: 120, onPart });
    expect(outputs).to.deep.equal({});
    expect(different(found, wanted)).to.equal(0);
    free(score, probability);
    net.dispose();
  });

  it('tells how far it is, stops at once, and goes on behind the tiles that are done', async () => {
    const graph = everyLayer();
    const input = image([203, 251]);
    const net = await engine.compile(graph, { weights: seededWeights(graph, 7) });
    const wanted = await whole(net, input);
    const made = planTiles(graph, input.shape, { ...net.planOptions, window: 120 });
    const found = new Float32Array(wanted.cropped!.length).fill(Number.NaN);
    const { cropped: shape } = made.outputs;
    let done = 0;
    const abort = new AbortController();
    const onPart = ({ output, area, data }: TilePart) => {
      if (output === 'cropped') pastePlanes(data, found, shape!, area);
      else if (++done === 2) abort.abort(new Error('enough'));
    };
    const options = { plan: made, onPart, signal: abort.signal };
    const stopped = await runTiles(net, input, options).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(stopped).to.equal('enough');
    expect(done).to.equal(2);
    expect(found.some(Number.isNaN)).to.equal(true);

    const steps: TileProgress[] = [];
    await runTiles(net, input, { plan: made, onPart, first: done, onProgress: (p) => steps.push(p) });
    expect(done).to.equal(made.tiles.length);
    expect(different(found, wanted.cropped!)).to.equal(0);
    expect(steps[0]!.tile).to.equal(2);
    expect(steps.at(-1)!.done).to.be.closeTo(1, 1e-9);
    for (const [i, step] of steps.entries()) expect(step.done).to.be.at.least(steps[i - 1]?.done ?? 0);
    net.dispose();
  });

  it('keeps within the bytes that it is given, of every buffer on the device (long)', async () => {
    const own = await createEngine();
    const bytes = meter(own.device);
    const graph = everyLayer();
    const net = await own.compile(graph, { weights: seededWeights(graph, 7) });
    const input = image([501, 437]);
    const { outputs } = await net.run(input);
    const wanted = await download(own, outputs.cropped as Tensor);
    free(...Object.values(outputs));
    const peak = bytes.peak;
    await net.freeMaps();
    bytes.reset();
    for (const maxBytes of [0.8 * peak, 0.6 * peak]) {
      const { outputs: maps, plan: made } = await runTiles(net, input, { maxBytes });
      expect(made.tiles.length).to.be.above(1);
      expect(different(maps.cropped!.data, wanted)).to.equal(0);
      expect(bytes.peak).to.be.within(made.bytes.peak / 2, made.bytes.peak);
      expect(made.bytes.peak).to.be.at.most(maxBytes);
      await net.freeMaps();
      bytes.reset();
    }
    const data = upload(own, input.data, input.shape);
    const { plan: made } = await runTiles(net, data, { maxBytes: 0.8 * peak });
    expect(bytes.peak).to.be.at.most(made.bytes.peak);
    free(data);
    const refused = await runTiles(net, input, { maxBytes: 2 ** 20 }).then(
      () => null,
      (error: unknown) => error as LimitError,
    );
    expect(refused).to.be.instanceOf(LimitError);
    expect(refused!.needed).to.be.above(refused!.have);
    net.dispose();
    own.dispose();
    expect(bytes.now).to.equal(0);
  });

  it('refuses outputs that are not those of the whole', async () => {
    const graph = everyLayer();
    const net = await engine.compile(graph, { weights: seededWeights(graph, 7) });
    const y = empty(engine, { n: 1, c: 5, h: 203, w: 250 });
    for (const [outputs, message] of [
      [{ cropped: y }, /^cropped: a tensor of \[1, 5, 203, 250\] f32, should be \[1, 5, 203, 251\] f32/],
      [{ other: y }, /^other: no output of this name, should be one of cropped,probability/],
    ] as const) {
      const refused = await runTiles(net, image([203, 251]), { window: 120, outputs }).then(
        () => null,
        (error: unknown) => error as Error,
      );
      expect(refused).to.be.instanceOf(ShapeError);
      expect(refused!.message).to.match(message);
    }
    free(y);
    net.dispose();
  });

  it('4,096 x 4,096 pixels with the small trunk, within 512 MiB (long)', async function () {
    this.timeout(3_600_000);
    const own = await createEngine();
    const bytes = meter(own.device);
    const graph = NETS['fcn-small-8s']!();
    const weights = seededWeights(graph, 7);
    // Without Winograd windows share less: a third of the FLOPs.
    const net = await own.compile(graph, { weights, memory: 'low' });
    const input = image([4096, 4096]);
    const maxBytes = 512 * 2 ** 20;
    // The scores of one class: all of them would take 1.3 GiB on the host.
    const shape = { n: 1, c: 1, h: 4096, w: 4096 };
    const found = new Float32Array(4096 * 4096).fill(Number.NaN);
    const onPart = ({ data, area }: TilePart) =>
      pastePlanes(data.subarray(0, area.h * area.w), found, shape, area);
    const { plan: made, ms } = await runTiles(net, input, { maxBytes, onPart });
    console.log(
      `${made.tiles.length} tiles of ${made.window.join(' x ')}: ${ms.toFixed(0)} ms, ${bytes.peak} bytes`,
    );
    expect(bytes.peak).to.be.within(maxBytes / 2, made.bytes.peak);
    expect(made.bytes.peak).to.be.at.most(maxBytes);
    expect(found.some(Number.isNaN)).to.equal(false);

    // Windows that are no tiles see the same where they see nothing but themselves.
    const side = 544;
    const windows = new Windows(graph, { data: input.shape });
    const how = { memory: 'low', elem: 'f32' } as const;
    const [rows, columns] = ([0, 1] as const).map((axis) => {
      const over = lattice(windows.graph, windows.whole, { axis, ...how });
      return inside(over, windows.shapes([side, side])).get(windows.graph.node('score'))!;
    });
    const [h, w] = [rows, columns].map((range) => range![1] - range![0]);
    for (const [top, left] of [
      [640, 1472],
      [2752, 128],
    ] as const) {
      const data = cutPlanes(input.data, input.shape, { top, left, h: side, w: side });
      const { outputs } = await net.run({ shape: { n: 1, c: 3, h: side, w: side }, data });
      const y = outputs.score as Tensor;
      const wanted = await download(own, y);
      const area = { top: rows![0], left: columns![0], h: h!, w: w! };
      const place = { ...area, top: top + area.top, left: left + area.left };
      expect(
        different(
          cutPlanes(found, shape, place),
          cutPlanes(wanted.subarray(0, side * side), { ...shape, h: side, w: side }, area),
        ),
      ).to.equal(0);
      expect(area.h * area.w).to.be.above(2 ** 14);
      free(y);
    }
    net.dispose();
    own.dispose();
  });
});
