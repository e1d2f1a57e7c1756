import { expect } from 'chai';
import type { Graph } from '../../src/graph/builder.js';
import { assignSlots, meetings, mostAtOnce, type Packing } from '../../src/graph/memory.js';
import { type Plan, plan } from '../../src/graph/plan.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { fcnAlexnet } from '../../src/nets/alexnet.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';

const MiB = 2 ** 20;
const at500 = (g: Graph, memory: 'fast' | 'low') => plan(g, { n: 1, c: 3, h: 500, w: 500 }, { memory });

/** Values that overlap in all ways. */
const values = Array.from({ length: 40 }, (_, i) => ({
  bytes: 4 + ((i * 37) % 181),
  first: (i * 13) % 50,
  last: ((i * 13) % 50) + ((i * 7) % 9),
}));
const apart = (a: { first: number; last: number }, b: { first: number; last: number }) =>
  a.last < b.first || b.last < a.first;

describe('slots', () => {
  it('never hold two values that live at once, and waste nothing where none overlap', () => {
    const slots = assignSlots(values);
    for (const slot of slots) {
      expect(slot.bytes).to.equal(Math.max(...slot.values.map((v) => v.bytes)));
      for (const a of slot.values) for (const b of slot.values) expect(a === b || apart(a, b)).to.equal(true);
    }
    expect(slots.flatMap((s) => s.values).length).to.equal(values.length);
    const sequence = values.map((v, i) => ({ ...v, first: 2 * i, last: 2 * i + 1 }));
    expect(assignSlots(sequence).length).to.equal(1);
  });

  it('keep two for a chain, whose maps live by turns, and what lives long in a third', () => {
    const sizes = [100, 100, 25, 50, 50, 12];
    const chain = sizes.map((bytes, i) => ({ bytes, first: i, last: i + 1 }));
    expect(assignSlots(chain).map((s) => s.bytes)).to.deep.equal([100, 100]);
    const skip = { bytes: 20, first: 2, last: 9 };
    expect(assignSlots([...chain, skip]).map((s) => s.bytes)).to.deep.equal([100, 100, 20]);
  });

  it('take values beside one another where they do not meet, aligned', () => {
    const meet: Packing<(typeof values)[number]>['meet'] = (a, b) => (a.bytes + b.bytes) % 3 === 0;
    const slots = assignSlots(values, { meet, alignment: 16 });
    let beside = 0;
    for (const slot of slots)
      for (const [i, a] of slot.values.entries()) {
        expect(a.at % 16).to.equal(0);
        expect(a.at + a.bytes).to.be.at.most(slot.bytes);
        for (const b of slot.values.slice(i + 1)) {
          if (apart(a, b)) continue;
          beside++;
          expect(a.at + a.bytes <= b.at || b.at + b.bytes <= a.at).to.equal(true);
          expect(meet(a, b)).to.equal(false);
        }
      }
    expect(beside).to.be.above(0);
    expect(slots.flatMap((s) => s.values).length).to.equal(values.length);
  });

  it('are bounded by what lives at once', () => {
    const brute = Array.from({ length: 60 }, (_, step) =>
      values.filter((v) => v.first <= step && step <= v.last).reduce((sum, v) => sum + v.bytes, 0),
    );
    expect(mostAtOnce(values)).to.equal(Math.max(...brute));
    expect(mostAtOnce([])).to.equal(0);
  });
});

describe('the memory of a plan', () => {
  const all = { 'FCN-8s': fcn8s(), 'FCN-AlexNet': fcnAlexnet(), 'FCN-GoogLeNet': fcnGooglenet() };

  for (const [name, graph] of Object.entries(all)) {
    it(`of ${name} at 500 x 500 is at most 1.15 times what must be there, and 64 MiB of workspace`, () => {
      const { bytes } = at500(graph, 'fast');
      expect(bytes.scratch).to.be.within(1, 64 * MiB);
      expect(bytes.peak).to.be.at.most(1.15 * bytes.least + 64 * MiB);
    });

    it(`of ${name} with memory: 'low' is at most 1.15 times what must be there`, () => {
      const { bytes } = at500(graph, 'low');
      expect(bytes.scratch).to.equal(0);
      expect(bytes.peak).to.be.at.most(1.15 * bytes.least);
      // Filters are no larger than in their file, but for channels that are filled up to whole tiles.
      expect(bytes.weights).to.be.below(at500(graph, 'fast').bytes.weights);
    });
  }

  it("of FCN-8s keeps the bounds where inputs and outputs, which are the caller's, do not widen them", () => {
    for (const [memory, workspace] of [
      ['fast', 64 * MiB],
      ['low', 0],
    ] as const) {
      const { peak, weights, mapsLive } = at500(all['FCN-8s'], memory).bytes;
      expect(peak, memory).to.be.at.most(1.15 * (weights + mapsLive) + workspace);
    }
  });

  it('adds up', () => {
    for (const memory of ['fast', 'low'] as const) {
      const { bytes } = at500(all['FCN-8s'], memory);
      expect(bytes.peak).to.equal(bytes.weights + bytes.maps + bytes.other);
      expect(bytes.least).to.equal(bytes.weights + bytes.mapsLive + bytes.other);
      expect(bytes.maps).to.be.within(bytes.mapsLive, bytes.mapsUnshared / 2);
    }
  });

  it('has maps beside one another with low alone, never two that one dispatch reads and writes', () => {
    const { 'FCN-GoogLeNet': graph } = all;
    const beside = ({ slots }: Plan) =>
      slots.flatMap(({ values: own }) =>
        own.flatMap((a, i) =>
          own
            .slice(i + 1)
            .filter((b) => !apart(a, b))
            .map((b) => [a, b] as const),
        ),
      );
    expect(beside(at500(graph, 'fast'))).to.have.length(0);
    const made = at500(graph, 'low');
    const meet = meetings(made.steps.flatMap((s) => s.dispatches));
    const pairs = beside(made);
    expect(pairs.length).to.be.above(5);
    for (const [a, b] of pairs) {
      expect(meet(a.block, b.block), `${a.block.label}, ${b.block.label}`).to.equal(false);
      expect(a.at % DEFAULT_LIMITS.alignment).to.equal(0);
      expect(a.at + a.bytes <= b.at || b.at + b.bytes <= a.at).to.equal(true);
    }
  });
});
