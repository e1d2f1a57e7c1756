import { expect } from 'chai';
import { Graph } from '../../src/graph/builder.js';
import { plan } from '../../src/graph/plan.js';
import type { Feature } from '../../src/limits.js';
import type { Algorithm } from '../../src/lower/algorithms.js';
import { algorithmsFor, type Choosing, chooseAlgorithm, plausible } from '../../src/lower/choosing.js';
import { COSTS, type Costs, costModel, UNKNOWN } from '../../src/lower/costs.js';
import { conv2dLayout } from '../../src/ops/conv2d.js';

const adapter = {
  vendor: 'v',
  architecture: 'a',
  device: 'd',
  description: 'driver 1.2',
  software: false,
};
const filter = { out: 64, in: 64, kernel: [3, 3], groups: 1, transposed: false } as const;
const taps = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] } as const;
const quads = { features: new Set<Feature>(['subgroups']) };
const costs: Costs = COSTS;
const NAME = '3x3 64>64 stride 1x1 dilation 1x1 groups 1 f32';

/** Measured milliseconds of the layer above. */
const measured = (ms: Partial<Record<Algorithm, number>>): Partial<Choosing> => ({
  ...quads,
  speed: { ...UNKNOWN, times: { [NAME]: { ms } } },
});

/** Those in workgroups of other sizes, as they stand behind the others. */
const sized = (...names: readonly string[]) =>
  names.flatMap((name) => [16, 32, 128, 256].map((size) => `${name}@${size}`));

describe('the choice of an algorithm', () => {
  it('is among those that the device, the window, the groups, the type and the memory allow', () => {
    const portable = [
      'tile',
      'block',
      'winograd_tile',
      'winograd_block',
      'winograd2_tile',
      'winograd2_block',
      ...sized('tile'),
    ];
    expect(algorithmsFor(filter, taps)).to.deep.equal(portable);
    const direct = ['tile', 'quad', 'wide', 'block', 'strip'];
    const by = ['tile', 'quad', 'wide', 'block'];
    const adding = by.map((name) => `winograd2_${name}`);
    const sizes = sized('tile', 'quad', 'strip');
    const all = [...direct, ...by.map((name) => `winograd_${name}`), ...adding, ...sizes];
    expect(algorithmsFor(filter, taps, quads)).to.deep.equal(all);
    expect(algorithmsFor(filter, taps, { ...quads, memory: 'low' })).to.deep.equal([...direct, ...sizes]);
    const halves = { ...quads, elem: 'f16' } as const;
    expect(algorithmsFor(filter, taps, halves)).to.deep.equal([...direct, ...adding, ...sizes]);
    expect(algorithmsFor(filter, taps, { ...halves, memory: 'low' })).to.deep.equal([...direct, ...sizes]);
    const others = [...by, ...sized('tile', 'quad')];
    const colours = algorithmsFor({ ...filter, in: 3 }, taps, quads);
    expect(colours).to.include('first').and.not.include('wide');
    expect(
      algorithmsFor({ ...filter, in: 3, kernel: [5, 3] }, { ...taps, kernel: [5, 3] }, quads),
    ).not.to.include('first');
    expect(algorithmsFor(filter, { ...taps, stride: [2, 2] }, quads)).to.deep.equal(others);
    expect(algorithmsFor(filter, { ...taps, dilation: [1, 2] }, quads)).to.deep.equal(others);
    expect(algorithmsFor({ ...filter, groups: 4 }, taps, quads)).to.deep.equal([
      'tile',
      'quad',
      ...sized('tile', 'quad'),
    ]);
    expect(algorithmsFor({ ...filter, groups: 64 }, taps, quads)).to.deep.equal(['grouped']);
    expect(algorithmsFor({ ...filter, groups: 32 }, taps, quads)).to.deep.equal(['grouped']);
  });

  it('is the least time where a class was measured, of what is allowed', () => {
    const where = measured({ strip: 3, winograd_tile: 1, tile: 2 });
    expect(chooseAlgorithm(filter, taps, where)).to.equal('winograd_tile');
    expect(chooseAlgorithm(filter, taps, { ...where, memory: 'low' })).to.equal('tile');
    expect(chooseAlgorithm(filter, taps, where, 'tiles')).to.equal('tile');
    expect(conv2dLayout(filter, { pad: 1 }, where)).to.equal('winograd');
    expect(conv2dLayout(filter, { pad: 1 }, measured({ strip: 1, winograd_quad: 2 }))).to.equal('tiles');
    // Of another class, or measured by nothing that is allowed: the cost model.
    const other = { ...filter, out: 65 };
    expect(chooseAlgorithm(other, taps, where)).to.equal(chooseAlgorithm(other, taps, quads));
    const low = { ...measured({ winograd_tile: 1 }), memory: 'low' as const };
    expect(chooseAlgorithm(filter, taps, low)).to.equal(
      chooseAlgorithm(filter, taps, { ...quads, memory: 'low' }),
    );
  });

  it('is the least cost without a measurement', () => {
    const speed = (own: Partial<typeof costs>) => ({
      ...quads,
      speed: { plausible: 4, costs: { ...costs, ...own } },
    });
    const all = { tile: 10, quad: 10, wide: 10, block: 10, strip: 10, first: 10, transform: 10, small: 1 };
    expect(chooseAlgorithm(filter, taps, speed({ ...all, tile: 9 }))).to.equal('winograd_tile');
    expect(chooseAlgorithm(filter, taps, speed({ ...all, transform: 1e6 }))).to.equal('strip');
    expect(chooseAlgorithm(filter, taps, speed({ ...all, strip: 1e6, transform: 1e6, quad: 9 }))).to.equal(
      'quad',
    );
    expect(plausible(filter, taps, speed({ ...all, transform: 1e6 }))).to.deep.equal([
      'tile',
      'quad',
      'wide',
      'block',
      'strip',
    ]);
    expect(plausible(filter, taps, speed(all), Number.POSITIVE_INFINITY)).to.have.lengthOf(25);
  });

  it('leaves out what is too slow to be timed only where an adapter was measured', () => {
    const wide = { ...filter, in: 512, out: 512 };
    const timed = (description: string) => {
      const speed = costModel({ ...adapter, description });
      return plausible(wide, taps, { ...quads, speed });
    };
    const able = algorithmsFor(wide, taps, quads);
    expect(timed('SwiftShader Device (Subzero)')).not.to.include('tile');
    expect(timed('SwiftShader Device (Subzero)').filter((name) => name.includes('@'))).to.deep.equal([]);
    expect(timed('NVIDIA H100')).to.deep.equal(able);
    expect(plausible(wide, taps, quads)).to.deep.equal(able);
  });

  it('takes small workgroups on an adapter whose cores a small map would leave idle', () => {
    const scores = { ...filter, in: 4096, out: 21, kernel: [1, 1] as const };
    const point = { ...taps, kernel: [1, 1] as const };
    const where = (description: string) => ({
      ...quads,
      speed: costModel({ ...adapter, description }),
    });
    const software = where('SwiftShader Device (Subzero)');
    expect(chooseAlgorithm(scores, point, software)).to.equal('quad@16');
    expect(plausible(scores, point, software)).to.deep.equal(['tile', 'quad', 'wide', 'quad@16']);
    expect(chooseAlgorithm(scores, point, where('NVIDIA H100'))).to.equal('quad');
  });

  it('takes what is slow to compile only for layers that gain more, unless it was measured', () => {
    const software = { ...quads, speed: costModel({ ...adapter, description: 'SwiftShader' }) };
    const chosen = (inputs: number, out: number) =>
      chooseAlgorithm({ ...filter, in: inputs, out }, taps, software);
    expect([chosen(128, 128), chosen(64, 64)]).to.deep.equal(['winograd_wide', 'winograd_quad']);
    expect([chosen(3, 64), chosen(3, 8)]).to.deep.equal(['first', 'strip']);
    expect(plausible(filter, taps, software)).to.include('wide');
    expect(chooseAlgorithm(filter, taps, measured({ winograd_wide: 1, quad: 2 }))).to.equal('winograd_wide');
  });

  it('says how many invocations a workgroup of the direct kernels has', () => {
    const g = new Graph('g');
    g.output(g.conv('conv', g.input('data', 64), { out: 64, kernel: 3, pad: 1 }));
    const sizeBy = (name: Algorithm) => {
      const { steps } = plan(g, { n: 1, c: 64, h: 32, w: 32 }, measured({ [name]: 1 }));
      return steps[0]!.dispatches.map((d) => `${d.kernel.name} ${d.constants.WORKGROUP}`);
    };
    expect(sizeBy('quad')).to.deep.equal(['conv2d_quad undefined']);
    expect(sizeBy('tile@32')).to.deep.equal(['conv2d 32']);
    expect(sizeBy('quad@128')).to.deep.equal(['conv2d_quad 128']);
    expect(sizeBy('strip@256')).to.deep.equal(['conv2d_strip 256']);
  });

  it('takes wide invocations where there are enough of them, for the pixels and the tiles of a launch', () => {
    const g = new Graph('g');
    g.output(g.conv('conv', g.input('data', 64), { out: 72, kernel: 1 }));
    const launches = (h: number, w: number) => {
      const forced = { [NAME.replace('3x3 64>64', '1x1 64>72')]: { ms: { wide: 1 } } };
      const { steps } = plan(g, { n: 1, c: 64, h, w }, { ...quads, speed: { ...UNKNOWN, times: forced } });
      const dispatches = steps.flatMap((s) => s.dispatches);
      return dispatches.map((d) => [d.kernel.name, d.twin!.kernel.name, d.invocations]);
    };
    // 5 tiles of 16 channels are 3 pairs: of 32 pixels each in wide quads, of 16 pixels each in quads.
    expect(launches(8, 64)).to.deep.equal([['conv2d_wide', 'conv2d_quad', 4 * 16 * 3]]);
    expect(launches(8, 16)).to.deep.equal([['conv2d_quad', 'conv2d_wide', 4 * 8 * 5]]); // 48 wide ones
    expect(launches(11, 16)).to.deep.equal([['conv2d_quad', 'conv2d_wide', 4 * 11 * 5]]); // 72, for 176 of 192 pixels and 5 of 6 tiles
  });

  it('cuts heavy filters so that the workgroups of a launch are as many as several cores can share', () => {
    const g = new Graph('g');
    g.output(g.conv('fc6', g.input('data', 64), { out: 512, kernel: 7, pad: 3 }));
    const perTile = 2 * 64 * 49 * 64 * 16; // FLOPs, of 8 x 8 pixels
    const counts = (by: Algorithm, tiles: number) => {
      const forced = { [NAME.replace('3x3 64>64', '7x7 64>512')]: { ms: { [by]: 1 } } };
      const o = { ...quads, maxFlops: tiles * perTile, speed: { ...UNKNOWN, times: forced } };
      const dispatches = plan(g, { n: 1, c: 64, h: 8, w: 8 }, o).steps.flatMap((s) => s.dispatches);
      return dispatches.map(({ params, kernel }) => [params.tile_count, kernel.name]);
    };
    const quadsOf = (...tiles: number[]) => tiles.map((count) => [count, 'conv2d_quad']);
    expect(counts('quad', 13.5)).to.deep.equal(quadsOf(12, 12, 8));
    // 16 tiles of wide invocations take as long as 13 of the others, and are 64 of them.
    expect(counts('wide', 13.5)).to.deep.equal([
      [16, 'conv2d_wide'],
      [16, 'conv2d_wide'],
    ]);
    expect(counts('wide', 12.5)).to.deep.equal(quadsOf(12, 12, 8));
    expect(counts('wide', 2.5)).to.deep.equal(quadsOf(...Array(10).fill(3), 2));
  });

  it('is one for a layer whatever the size of its map, and decides what a net fuses', () => {
    const g = new Graph('g');
    const conv = g.conv('conv', g.input('data', 64), { out: 64, kernel: 3, pad: 1, relu: true });
    g.output(g.maxPool('pool', conv, { kernel: 2, stride: 2 }));
    const kernels = (o: Partial<Choosing>, h: number) =>
      plan(g, { n: 1, c: 64, h, w: 16 }, o).steps.flatMap((s) => s.dispatches.map((d) => d.kernel.name));
    for (const h of [16, 64]) {
      expect(kernels(measured({ winograd_quad: 1 }), h)).to.deep.equal([
        'winograd_input',
        'conv2d_quad',
        'winograd_output',
      ]);
      expect(kernels(measured({ winograd_tile: 1 }), h)[1]).to.equal('conv2d');
      expect(kernels(measured({ strip: 1 }), h)).to.deep.equal(['conv2d_strip', 'max_pool']);
      expect(kernels(measured({ quad: 1 }), h)).to.deep.equal(['conv2d_quad', 'max_pool']);
      expect(kernels(measured({ tile: 1 }), h)).to.deep.equal(['conv2d', 'max_pool']);
      expect(kernels(measured({ 'tile@128': 1 }), h)).to.deep.equal(['conv2d', 'max_pool']);
    }
  });
});
