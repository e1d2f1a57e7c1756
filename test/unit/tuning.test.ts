import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { modelExcess } from '../../src/cli/tune_text.js';
import { TuningError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { fuse, inferShapes } from '../../src/graph/fuse.js';
import { samplesOf } from '../../src/graph/tune/samples.js';
import type { Feature } from '../../src/limits.js';
import { ALGORITHMS } from '../../src/lower/algorithms.js';
import { convClass, parseConvClass, plausible } from '../../src/lower/choosing.js';
import { COSTS, type Costs } from '../../src/lower/costs.js';
import { compareChoices, fitCosts } from '../../src/lower/fit_costs.js';
import { checkTuning, type Tuning, tuningOf } from '../../src/lower/tuning.js';
import { VERSION } from '../../src/version.js';

const adapter = {
  vendor: 'v',
  architecture: 'a',
  device: 'd',
  description: 'driver 1.2',
  software: false,
};
const quads = { features: new Set<Feature>(['subgroups']) };
const costs: Costs = COSTS;
const NAME = '3x3 64>64 stride 1x1 dilation 1x1 groups 1 f32';

describe('records of tuning', () => {
  const record = tuningOf(adapter, { [NAME]: { ms: { strip: 2, tile: 3.5 }, pixels: 100, netPixels: 300 } }, [
    '1x1 4>8 stride 2x2 dilation 1x1 groups 2 f16',
  ]);
  const copy = (): { -readonly [K in keyof Tuning]: unknown } => JSON.parse(JSON.stringify(record));
  const reason = (value: unknown, of = adapter) => {
    try {
      checkTuning(value, of);
    } catch (error) {
      expect(error).to.be.instanceOf(TuningError);
      return `${(error as TuningError).reason}: ${(error as Error).message}`;
    }
    return 'fits';
  };

  it('survive JSON, and name the version of the package and the adapter', () => {
    expect(checkTuning(copy(), adapter)).to.deep.equal(record);
    expect(record.adapter).to.deep.equal({
      vendor: 'v',
      architecture: 'a',
      device: 'd',
      description: 'driver 1.2',
    });
    const root = fileURLToPath(new URL('../../package.json', import.meta.url));
    expect(JSON.parse(readFileSync(root, 'utf8')).version).to.equal(VERSION);
    expect(record.engine).to.equal(VERSION);
  });

  it('have classes that can be read back', () => {
    for (const elem of ['f32', 'f16'] as const) {
      const odd = { out: 21, in: 36, kernel: [2, 7], groups: 3, transposed: false } as const;
      const window = { kernel: odd.kernel, stride: [1, 3], dilation: [2, 1] } as const;
      expect(parseConvClass(convClass(odd, window, elem))).to.deep.equal({ w: odd, taps: window, elem });
    }
    expect(parseConvClass('conv1_1')).to.equal(null);
  });

  it('of another adapter, driver or version are refused', () => {
    expect(reason(record, { ...adapter, description: 'driver 1.3' })).to.equal(
      'adapter: tuning: of driver 1.2, this is driver 1.3; tune again',
    );
    expect(reason(record, { ...adapter, vendor: 'w' })).to.match(/^adapter: /);
    expect(reason({ ...copy(), engine: '0.0.9' })).to.equal(
      `version: tuning: of version 0.0.9, should be of ${VERSION}; tune again`,
    );
    expect(reason({ ...copy(), version: 2 })).to.equal('version: tuning: format 2, should be 1');
  });

  it('that are damaged are refused, with what is wrong', () => {
    const layer = { ms: { tile: 1 }, pixels: 1, netPixels: 1 };
    for (const [value, what] of [
      [null, 'no record'],
      [[], 'no record'],
      ['{}', 'no record'],
      [{ ...copy(), format: 'x' }, 'no record'],
      [{ ...copy(), adapter: { vendor: 'v' } }, 'no adapter'],
      [{ ...copy(), layers: [] }, 'no layers'],
      [{ ...copy(), layers: { conv1_1: layer } }, "'conv1_1' is no class of layers"],
      [{ ...copy(), layers: { [NAME]: null } }, `${NAME}: no times`],
      [{ ...copy(), layers: { [NAME]: { ...layer, ms: { fft: 1 } } } }, `${NAME}: algorithm 'fft'`],
      [{ ...copy(), layers: { [NAME]: { ...layer, ms: { tile: '1' } } } }, `${NAME}: tile takes 1 ms`],
      [{ ...copy(), layers: { [NAME]: { ...layer, ms: { tile: -1 } } } }, `${NAME}: tile takes -1 ms`],
      [{ ...copy(), layers: { [NAME]: { ms: {}, pixels: 0 } } }, `${NAME}: pixels 0`],
      [{ ...copy(), layers: { [NAME]: { ms: {}, pixels: 1 } } }, `${NAME}: netPixels undefined`],
      [{ ...copy(), untimed: [3] }, 'untimed is no list'],
      [{ ...copy(), untimed: 'conv' }, 'untimed is no list'],
    ] as const) {
      expect(reason(value)).to.match(/^damaged: tuning: /);
      expect(reason(value)).to.include(what);
    }
  });
});

describe('samples of a net', () => {
  const g = new Graph('g');
  const a = g.conv('a', g.input('data', 64), { out: 64, kernel: 3, pad: 1 });
  const b = g.conv('b', g.maxPool('pool', a, { kernel: 2, stride: 2 }), { out: 64, kernel: 3, pad: 1 });
  const wide = g.conv('wide', b, { out: 4096, kernel: 7 });
  g.output(g.conv('depthwise', wide, { out: 4096, kernel: 3, groups: 4096 }));
  const of = (maxFlops: number) =>
    samplesOf(
      fuse(g, quads).layers,
      inferShapes(g, { data: { n: 2, c: 64, h: 64, w: 48 } }),
      quads,
      maxFlops,
    );

  it('are one for each class that can choose, heaviest first, of the size with most pixels', () => {
    const [first, second, ...others] = of(Number.POSITIVE_INFINITY);
    expect(others).to.deep.equal([]);
    expect(first!.name).to.equal('7x7 64>4096 stride 1x1 dilation 1x1 groups 1 f32');
    expect(second!.name).to.equal(NAME);
    expect(second!.own).to.equal(NAME);
    expect(second!.x).to.deep.equal({ n: 2, c: 64, h: 64, w: 48 });
    expect(second!.pixels).to.equal(2 * 64 * 48);
    expect(second!.netPixels).to.equal(2 * 64 * 48 * (1 + 1 / 4));
  });

  it('are cut to fewer images, then to fewer rows, of about so many FLOPs', () => {
    const row = 2 * 48 * 64 * 64 * 9;
    const whole = of(64 * row).find(({ name }) => name === NAME)!;
    expect(whole.x).to.deep.equal({ n: 1, c: 64, h: 64, w: 48 });
    const cut = of(20 * row).find(({ name }) => name === NAME)!;
    expect(cut.x).to.deep.equal({ n: 1, c: 64, h: 22, w: 48 });
    expect(cut.y.h).to.equal(22);
    expect(cut.pixels).to.equal(22 * 48);
    expect(of(1).find(({ name }) => name === NAME)!.y.h).to.equal(10);
  });

  it('have fewer channels where the filter is large', () => {
    const [fc6] = of(Number.POSITIVE_INFINITY);
    expect(fc6!.y.c % 16).to.equal(0);
    expect(fc6!.y.c * 64 * 49 * 4).to.be.at.most(64 * 2 ** 20);
    expect(fc6!.own).to.equal(`7x7 64>${fc6!.y.c} stride 1x1 dilation 1x1 groups 1 f32`);
  });
});

describe('the cost model', () => {
  /** Times by these costs, of machines that were busy to another extent at each class. */
  const record = (of: Costs) => ({
    layers: Object.fromEntries(
      [
        NAME,
        NAME.replaceAll('64', '16'),
        NAME.replaceAll('64', '8'),
        '1x1 64>32 stride 1x1 dilation 1x1 groups 1 f32',
      ].map((name, i) => {
        const { w, taps: window } = parseConvClass(name)!;
        const ms = plausible(w, window, quads, Number.POSITIVE_INFINITY).map((algorithm) => [
          algorithm,
          (1 + 3 * i) * ALGORITHMS[algorithm].cost(w, window, of),
        ]);
        return [name, { ms: Object.fromEntries(ms), pixels: 10, netPixels: 10 * (i + 1) }];
      }),
    ),
  });

  it('is fitted to times, whatever else the machine did meanwhile', () => {
    for (const wanted of [costs, { ...costs, quad: 2, wide: 1.5, block: 3, strip: 0.25, transform: 7 }]) {
      const found = fitCosts([record(wanted)]);
      for (const name of ['tile', 'quad', 'wide', 'block', 'strip', 'transform'] as const)
        expect(found[name] / wanted[name], name).to.be.closeTo(1, 0.02);
    }
  });

  it('is compared with what was measured, layer by layer of the net', () => {
    const measuredThere = record({ ...costs, quad: 2, wide: 2, block: 3, strip: 0.25, transform: 7 });
    const choices = compareChoices(measuredThere, costs);
    expect(choices).to.have.lengthOf(4);
    const [first] = choices;
    const { ms } = measuredThere.layers[NAME]!;
    expect(first).to.deep.equal({
      name: NAME,
      best: 'strip',
      modelled: 'winograd_quad',
      bestMs: ms.strip,
      modelledMs: ms.winograd_quad,
    });
    expect(
      modelExcess([
        { ...first!, bestMs: 2, modelledMs: 3 },
        { ...first!, bestMs: 8, modelledMs: 8 },
      ]),
    ).to.be.closeTo(10, 1e-9);
    const even = { ...costs, wide: costs.quad };
    for (const { best, modelled, bestMs, modelledMs } of compareChoices(record(even), even))
      expect([modelled, modelledMs]).to.deep.equal([best, bestMs]);
  });
});
