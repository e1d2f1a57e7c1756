import { expect } from 'chai';
import { toNumber } from '../../src/coords.js';
import type { Engine } from '../../src/engine/engine.js';
import { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { LossNormalization } from '../../src/ops/softmax_loss.js';
import { createTrainer } from '../../src/train/trainer.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

const CLASSES = 4;
const IGNORE = 255;

/** Cells of VGG16's shape, with the pads of its convolutions or without; its output is coarse, a score per cell. */
function cells(padded: boolean): Graph {
  const g = new Graph(padded ? 'padded' : 'unpadded');
  const pad = Number(padded);
  const pool = { kernel: 2, stride: 2, ceil: true };
  const data = g.input('data', 3);
  const conv1_1 = g.conv('conv1_1', data, { out: 6, kernel: 3, pad: 3 * pad, relu: true });
  const conv1_2 = g.conv('conv1_2', conv1_1, { out: 6, kernel: 3, pad, relu: true });
  const pool1 = g.maxPool('pool1', conv1_2, pool);
  const conv2_1 = g.conv('conv2_1', pool1, { out: 8, kernel: 3, pad, relu: true });
  const pool2 = g.maxPool('pool2', conv2_1, pool);
  const fc = g.conv('fc', pool2, { out: 10, kernel: 3, relu: true });
  g.output(g.conv('score', fc, { out: CLASSES, kernel: 1 }));
  return g;
}

/** First pixel of a cell's receptive field along an axis, and the field's size. */
function fieldOf(graph: Graph, axis: 0 | 1, cell: number): { first: number; size: number } {
  const { scale, shift, field } = graph.node('score').coords![axis];
  const centre = toNumber(scale) * cell + toNumber(shift);
  return { first: centre - (toNumber(field) - 1) / 2, size: toNumber(field) };
}

describe('patchwise training is loss sampling', () => {
  const image = { n: 1, c: 3, h: 42, w: 47 };
  const pixels = random(3 * image.h * image.w, 1);
  const weights = seededWeights(cells(false), 2);
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  interface Loss {
    readonly data: HostTensor;
    readonly label: HostTensor;
    readonly normalization: LossNormalization;
    readonly keep?: number;
  }

  /** Loss and gradients of one batch, several times over: draws differ where cells are sampled. */
  async function gradients(graph: Graph, { data, label, ...head }: Loss, times = 1) {
    const trainer = await createTrainer(engine, graph, {
      weights,
      heads: [{ output: 'score', ignore: IGNORE, ...head }],
      solver: { baseLr: 0 },
      seed: 3,
    });
    const found: { loss: number; gradients: Weights }[] = [];
    for (let i = 0; i < times; i++) {
      const { loss } = await trainer.step({ data, label });
      found.push({ loss: await loss, gradients: await trainer.gradients() });
    }
    trainer.dispose();
    return found;
  }

  /** The map of scores, its cells whose field lies inside the image, a label for each, and their patches. */
  function split(graph: Graph) {
    const { h, w } = inferShapes(graph, { data: image }).get(graph.node('score'))!;
    const labels = new Float32Array(h * w).fill(IGNORE);
    const patches: Float32Array[] = [];
    const chosen: number[] = [];
    let size = 0;
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const [rows, columns] = [fieldOf(graph, 0, y), fieldOf(graph, 1, x)];
        size = rows.size;
        const inside = (f: { first: number; size: number }, most: number) =>
          f.first >= 0 && f.first + f.size <= most;
        if (!inside(rows, image.h) || !inside(columns, image.w)) continue;
        labels[y * w + x] = (3 * y + x) % CLASSES;
        chosen.push(labels[y * w + x]!);
        patches.push(
          Float32Array.from({ length: 3 * size * size }, (_, i) => {
            const [c, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
            return pixels[(c * image.h + rows.first + row) * image.w + columns.first + column]!;
          }),
        );
      }
    const batch = new Float32Array(patches.length * 3 * size * size);
    for (const [i, patch] of patches.entries()) batch.set(patch, i * patch.length);
    const n = patches.length;
    return {
      count: n,
      all: h * w,
      whole: { data: { shape: image, data: pixels }, label: { shape: { n: 1, c: 1, h, w }, data: labels } },
      patches: {
        data: { shape: { n, c: 3, h: size, w: size }, data: batch },
        label: { shape: { n, c: 1, h: 1, w: 1 }, data: Float32Array.from(chosen) },
      },
    };
  }

  for (const padded of [false, true])
    for (const normalization of ['NONE', 'VALID'] as const)
      it(`an image is the batch of its patches: ${padded ? 'padded cells whose field lies inside' : 'no inner padding'}, ${normalization}`, async () => {
        const graph = cells(padded);
        const { count, all, whole, patches } = split(graph);
        expect(fieldOf(graph, 0, 0).size).to.equal(20);
        expect(count).to.be.at.least(30);
        if (padded) expect(count).to.be.below(all);
        else expect(count).to.be.at.least(all / 2);
        const [[one], [many]] = await Promise.all([
          gradients(graph, { ...whole, normalization }),
          gradients(cells(false), { ...patches, normalization }),
        ]);
        expect(Math.abs(one!.loss / many!.loss - 1)).to.be.at.most(1e-5);
        for (const [name, { data }] of one!.gradients)
          expect(relativeError(data, many!.gradients.get(name)!.data), name).to.be.at.most(1e-5);
      });

  it('sampling cells with probability p gives p times the sum, on average (long)', async () => {
    const { whole } = split(cells(false));
    const p = 0.25;
    const [full] = await gradients(cells(false), { ...whole, normalization: 'NONE' });
    const draws = await gradients(cells(false), { ...whole, normalization: 'NONE', keep: p }, 60);
    const seen = new Set(draws.map(({ loss }) => loss));
    expect(seen.size).to.be.above(50);
    const values = [
      (d: { loss: number }) => d.loss,
      ...Array.from(
        { length: CLASSES },
        (_, k) => (d: { gradients: Weights }) => d.gradients.get('score.bias')!.data[k]!,
      ),
    ] as ((d: (typeof draws)[number]) => number)[];
    for (const value of values) {
      const all = draws.map(value);
      const mean = all.reduce((a, b) => a + b, 0) / all.length;
      const variance = all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (all.length - 1);
      expect(Math.abs(mean - p * value(full!))).to.be.at.most(5 * Math.sqrt(variance / all.length));
    }
  });
});
