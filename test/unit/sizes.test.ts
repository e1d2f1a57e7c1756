import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import type { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { Node } from '../../src/graph/node.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { fcnAlexnet } from '../../src/nets/alexnet.js';
import { fcn8s, fcn16s, fcn32s } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { NETS } from '../../src/nets/index.js';
import type { Shape } from '../../src/shape.js';

const LARGEST = 600;

/** Sizes of every map, or null where the net refuses the image with a ShapeError that names a layer. */
function sizes(g: Graph, h: number, w: number): ReadonlyMap<Node, Shape> | null {
  try {
    return inferShapes(g, Object.fromEntries(g.inputs.map((x) => [x.name, { n: 1, c: x.channels, h, w }])));
  } catch (error) {
    expect(error).to.be.instanceOf(ShapeError);
    expect(g.nodes.map(({ name }) => name)).to.include((error as Error).message.split(':')[0]);
    return null;
  }
}

/** Whether a net runs on an image, after a check of all that must hold where it does. */
function runs(g: Graph, h: number, w: number): boolean {
  const found = sizes(g, h, w);
  if (!found) return false;
  for (const [node, shape] of found) {
    const values = [shape.h, shape.w, shape.c];
    if (!values.every((v) => Number.isSafeInteger(v) && v >= 1))
      expect.fail(`${node.name} on ${h} x ${w}: ${values}`);
    if (node.kind !== 'crop') continue;
    const [y, x] = (node as Node<'crop'>).attrs.offset;
    const from: Shape = found.get(node.inputs[0]!)!;
    if (y < 0 || x < 0 || y + shape.h > from.h || x + shape.w > from.w)
      expect.fail(
        `${node.name} on ${h} x ${w}: ${shape.h} x ${shape.w} at ${y}, ${x} of ${from.h} x ${from.w}`,
      );
  }
  return true;
}

/** Least side of an image from which on a net runs, for the nets that do not take every one. */
const LEAST: Readonly<Record<string, number>> = {
  alexnet: 199,
  caffenet: 199,
  vgg16: 193,
  small: 65,
  googlenet: 223,
};

describe('every size of an image from 1 to 600', () => {
  for (const [name, build] of Object.entries(NETS)) {
    const built = build();
    const fixed = built.inputs[0]!.size;
    const g = fixed ? convolutionalise(built) : built;

    it(`${name}${fixed ? ', convolutionalised,' : ''} gives sizes and offsets that fit, or a ShapeError`, () => {
      const least = LEAST[name] ?? 1;
      const wrong: string[] = [];
      for (let size = 1; size <= LARGEST; size++) {
        // Both axes change, each on its own.
        for (const [h, w] of [
          [size, size],
          [size, LARGEST + 1 - size],
        ] as const)
          if (runs(g, h, w) !== Math.min(h, w) >= least) wrong.push(`${h} x ${w}`);
      }
      expect(wrong).to.deep.equal([]);
      for (const node of g.outputs.values()) {
        const found = sizes(g, 401, LARGEST)!.get(node)!;
        if (!fixed) expect([found.h, found.w], node.name).to.deep.equal([401, LARGEST]);
      }
    });

    if (fixed)
      it(`${name} as a classifier takes its own size alone`, () => {
        const taken = Array.from({ length: LARGEST }, (_, i) => i + 1).filter((size) =>
          runs(built, size, size),
        );
        expect(taken).to.deep.equal([fixed[0]]);
      });
  }

  it('FCN-GoogLeNet keeps or drops the average pool, and refuses what the pool does not fit', () => {
    const g = fcnGooglenet({ pooled: true });
    const taken = Array.from({ length: LARGEST }, (_, i) => i + 1).filter((size) => runs(g, size, size));
    expect(taken[0]).to.be.above(1);
    expect(taken).to.deep.equal(Array.from({ length: taken.length }, (_, i) => taken[0]! + i));
    expect(taken.at(-1)).to.equal(LARGEST);
  });

  it("follows the released nets' rules of size", () => {
    const nets = { 32: fcn32s(), 16: fcn16s(), 8: fcn8s(), alexnet: fcnAlexnet() };
    for (let size = 1; size <= LARGEST; size++) {
      const height = (g: Graph) => {
        const found = sizes(g, size, size)!;
        return (name: string) => found.get(g.node(name))!.h;
      };
      const [coarse, middle, fine] = [height(nets[32]), height(nets[16]), height(nets[8])];
      const pools = [coarse('conv1_1'), ...[1, 2, 3, 4, 5].map((i) => coarse(`pool${i}`))];
      const n = coarse('fc6');
      const found = [
        ...pools,
        n,
        coarse('upscore'),
        ...[middle('upscore2'), middle('upscore16'), fine('upscore_pool4'), fine('upscore8')],
      ];
      const halves = [size + 198];
      for (let i = 0; i < 5; i++) halves.push(Math.ceil(halves.at(-1)! / 2));
      const wanted = [
        ...halves,
        halves.at(-1)! - 6,
        32 * n + 32,
        ...[2 * n + 2, 32 * n + 48, 4 * n + 6, 32 * n + 56],
      ];
      expect(found, `${size}`).to.deep.equal(wanted);
      const alexnet = height(nets.alexnet);
      expect(alexnet('upscore'), `${size}`).to.equal(32 * (alexnet('fc6') - 1) + 63);
    }
  });
});
