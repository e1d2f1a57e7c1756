import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import h5wasm from 'h5wasm/node';
import { diskFiles } from '../../src/cli/data_files.js';
import { hdf5Slice } from '../../src/cli/hdf5.js';
import { serve } from '../../src/cli/server.js';
import type { PlanarImage } from '../../src/data/dataset.js';
import { openDataSet } from '../../src/data/open.js';
import { DataError } from '../../src/errors.js';
import type { RgbaImage } from '../../src/image/image.js';
import { serverFiles } from '../../src/page/data_files.js';
import { withFaults } from '../faults/mutate.js';
import { matFile, matNumbers } from '../mat5.js';

type Numbers = Uint8Array | Uint16Array | Float32Array;
const TYPES = { Uint8Array: '<B', Uint16Array: '<H', Float32Array: '<f', Float64Array: '<d' } as const;

/** An HDF5 file as MATLAB writes one: arrays in compressed chunks, behind 512 bytes of its own. */
async function writeMat73(path: string, arrays: Readonly<Record<string, [number[], Numbers]>>) {
  await h5wasm.ready;
  const file = new h5wasm.File(`${path}.h5`, 'w');
  for (const [name, [shape, data]] of Object.entries(arrays))
    file.create_dataset({
      name,
      data,
      shape,
      dtype: TYPES[data.constructor.name as keyof typeof TYPES],
      chunks: [1, ...shape.slice(1)],
      compression: 'gzip',
      compression_opts: 3,
    });
  file.close();
  const own = new Uint8Array(512);
  own.set(new TextEncoder().encode('MATLAB 7.3 MAT-file'));
  own.set([0x00, 0x02, 0x49, 0x4d], 124);
  writeFileSync(path, Buffer.concat([own, readFileSync(`${path}.h5`)]));
}

const said = (promise: Promise<unknown>) =>
  promise.then(
    () => 'was taken',
    (error) => `${error}`,
  );

describe('HDF5 files', () => {
  let dir = '';
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'rarefy-hdf5-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const small = async () => {
    const path = join(dir, 'small.mat');
    await writeMat73(path, {
      a: [[3, 2, 4], Uint8Array.from({ length: 24 }, (_, i) => i)],
      b: [[2, 2], Float32Array.of(0.5, 1.5, 2.5, 3.5)],
    });
    return path;
  };

  it('are read in parts, on a disk and through the server of a command', async () => {
    const path = await small();
    const server = await serve({
      job: { name: 'x', options: {}, runtime: 'chrome' },
      bundle: path,
      data: diskFiles,
    });
    const remote = serverFiles({ url: server.url, signal: new AbortController().signal });
    for (const slice of [hdf5Slice, remote.slice]) {
      expect(
        await slice(path, 'a', [
          [1, 3],
          [1, 2],
        ]),
      ).to.deep.equal({
        //
        dims: [3, 2, 4],
        data: Uint8Array.of(12, 13, 14, 15, 20, 21, 22, 23),
      });
      expect(await slice(path, 'a', [[2, 2]])).to.deep.equal({ dims: [3, 2, 4], data: new Uint8Array() });
      expect((await slice(path, 'b', [])).data).to.deep.equal(Float32Array.of(0.5, 1.5, 2.5, 3.5));
      expect(await said(slice(path, 'c', []))).to.equal(`DataError: ${path}: no array c, should hold a, b`);
      expect(await said(slice(path, 'a', [[2, 4]]))).to.contain('a of [3,2,4], should hold [2 to 4]');
    }
    await server.close();
  });
  it('that are none are refused with the path', async () => {
    writeFileSync(join(dir, 'text.mat'), 'no HDF5');
    expect(await said(hdf5Slice(join(dir, 'text.mat'), 'a', []))).to.contain('text.mat: not readable');
    expect(await said(hdf5Slice(join(dir, 'none.mat'), 'a', []))).to.contain('none.mat: missing');
    expect(await said(hdf5Slice(dir, 'a', []))).to.contain(`${dir}: no file`);
  });
  it('with faults give typed errors or are read', async () => {
    const whole = readFileSync(await small());
    let refused = 0;
    for (let seed = 0; seed < 300; seed++) {
      // Names of their own: after an error the library may still hold a file that it knows.
      const path = join(dir, `fault-${seed}.mat`);
      writeFileSync(path, withFaults(whole, seed));
      const error: unknown = await hdf5Slice(path, 'a', [[0, 2]]).then(
        () => null,
        (e) => e,
      );
      if (error !== null) expect(error, `seed ${seed}`).to.be.instanceOf(DataError);
      refused += error === null ? 0 : 1;
    }
    expect(refused).to.be.within(50, 290);
  }).timeout(60_000);
});

describe('NYUDv2 as it was published', () => {
  let dir = '';
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'rarefy-nyud-'));
    await writeMat73(join(dir, 'nyu.mat'), {
      images: [[2, 3, W, H], fill(Uint8Array, 3, (n, c, x, y) => (n * 50 + c * 9 + x + 3 * y) % 256)],
      depths: [[2, W, H], fill(Float32Array, 1, () => 2.5)],
      rawDepths: [[2, W, H], fill(Float32Array, 1, (_, __, x) => (x < 300 ? 0 : 2.5))],
      labels: [[2, W, H], fill(Uint16Array, 1, (n, _, x, y) => (n === 0 ? (x + y) % 895 : 0))],
    });
    const map = Array.from({ length: 894 }, (_, i) => (i % 40) + 1);
    writeFileSync(
      join(dir, 'map.mat'),
      matFile([matNumbers('mapClass', [1, 894], map)], { compressed: true }),
    );
    writeFileSync(join(dir, 'short.mat'), matFile([matNumbers('mapClass', [1, 3], [1, 2, 3])]));
    writeFileSync(
      join(dir, 'splits.mat'),
      matFile([matNumbers('testNdxs', [1, 1], [1]), matNumbers('trainNdxs', [1, 1], [2])]),
    );
  });
  after(() => rmSync(dir, { recursive: true }));

  const [W, H] = [640, 480];
  /** Values by picture, channel, column and row, in that order. */
  function fill<T extends Numbers>(
    type: new (length: number) => T,
    channels: number,
    at: (n: number, c: number, x: number, y: number) => number,
  ): T {
    const y = new type(2 * channels * W * H);
    for (let i = 0; i < y.length; i++)
      y[i] = at(
        Math.floor(i / (channels * W * H)),
        Math.floor(i / (W * H)) % channels,
        Math.floor(i / H) % W,
        i % H,
      );
    return y;
  }
  const spec = (more = '') => `nyud:${dir}/nyu.mat,map=${dir}/map.mat${more}`;

  it('is cut to 560 x 425, with labels mapped to 40 classes', async () => {
    const data = await openDataSet(spec(`,splits=${dir}/splits.mat`), diskFiles);
    expect(data.splits).to.deep.equal(['trainval', 'test']);
    expect(await data.ids('trainval')).to.deep.equal(['5002']);
    const [id] = await data.ids('test');
    const { h, w, pictures, labels } = await data.load(id!);
    expect([h, w]).to.deep.equal([425, 560]);
    const { rgba } = pictures[0] as RgbaImage;
    for (const [x, y] of [
      [0, 0],
      [559, 424],
      [17, 300],
    ] as const) {
      const i = y * 560 + x;
      const [column, row] = [x + 40, y + 45];
      const wanted = [0, 1, 2].map((c) => (c * 9 + column + 3 * row) % 256);
      expect([...rgba.slice(4 * i, 4 * i + 4)]).to.deep.equal([...wanted, 255]);
      const label = (column + row) % 895;
      expect(labels[0]![i]).to.equal(label === 0 ? 255 : (label - 1) % 40);
    }
    expect((await data.load('5002')).labels[0]!.every((label) => label === 255)).to.equal(true);
  });
  it('gives depth in millimetres, and HHA of it', async () => {
    const data = await openDataSet(spec(',kind=depth'), diskFiles);
    expect(data.splits).to.deep.equal(['all']);
    const [depth] = (await data.load('5001')).pictures as PlanarImage[];
    expect(depth!.values[1000]).to.be.closeTo(Math.log(2500) - 7.844, 1e-6);
    const both = await openDataSet(spec(',kind=color-hha'), diskFiles);
    const [, hha] = (await both.load('5001')).pictures as RgbaImage[];
    const pixel = (x: number, y: number) => [...hha!.rgba.slice(4 * (560 * y + x), 4 * (560 * y + x) + 3)];
    expect([pixel(500, 424), pixel(100, 424)]).to.deep.equal([
      [124, 0, 128],
      [124, 0, 218],
    ]);
  });
  it('is refused without a mapping, or with one of other classes', async () => {
    expect(await said(openDataSet(`nyud:${dir}/nyu.mat`, diskFiles))).to.contain('no mapping of classes');
    const short = openDataSet(`nyud:${dir}/nyu.mat,map=${dir}/short.mat`, diskFiles);
    expect(await said(short)).to.contain('short.mat: mapClass of 3 classes, should be of 894');
    const data = await openDataSet(spec(), diskFiles);
    expect(await said(data.load('5003'))).to.contain('no picture 5003, should be 5001 to 5002');
    expect(await said(openDataSet(`nyud:${dir},map=x`, diskFiles))).to.contain('map without FILE.mat');
  });
});
