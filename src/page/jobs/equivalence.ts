import { createEngine, type Engine } from '../../engine/engine.js';
import { fromRgba } from '../../engine/image.js';
import { crop } from '../../engine/operators.js';
import { download, free, type Tensor } from '../../engine/tensor.js';
import { UnsupportedError } from '../../errors.js';
import type { AdapterInfo } from '../../gpu/device.js';
import type { Graph } from '../../graph/builder.js';
import { coarseScores } from '../../graph/dense/coarse.js';
import { onImage } from '../../graph/dense/mask.js';
import { rarefy } from '../../graph/dense/rarefy.js';
import { subsampling } from '../../graph/dense/subsampling.js';
import { plan } from '../../graph/plan.js';
import { testPicture } from '../../image/test_picture.js';
import type { Preprocess } from '../../ops/image.js';
import type { Pair, Shape } from '../../shape.js';
import { type Agreement, agreement, type DenseMap, drawCells, heat, widestClass } from '../dense_map.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import type { SessionOptions } from '../session.js';
import { type Candidate, candidates, checkBudget } from '../ways.js';

export interface EquivalenceOptions extends ModelOptions, SessionOptions {
  /** What to divide the net's stride by; all of it without. */
  readonly factor?: number;
  /** Height and width of the picture; those of the net, or 97 x 97, without. */
  readonly size?: Pair;
  /** Most GFLOP of all runs together. */
  readonly budget: number;
}

/** One way to a dense map, what it takes, and how its map compares with that of the rarefied net. */
export interface Way extends Agreement {
  readonly name: string;
  readonly gflop: number;
  readonly peakBytes: number;
  readonly ms: number;
  readonly file: string;
}

export interface EquivalenceReport {
  readonly adapter: AdapterInfo;
  readonly net: string;
  readonly seeded: boolean;
  readonly image: Pair;
  readonly factor: Pair;
  /** Pixels between the cells of the coarse map and between those of the dense maps. */
  readonly stride: { readonly coarse: Pair; readonly dense: Pair };
  /** Height and width of the dense maps. */
  readonly map: Pair;
  /** The class that the pictures show. */
  readonly class: number;
  readonly ways: readonly Way[];
  /** Cells whose receptive field lies on the image: their share, and a picture of them. */
  readonly mask: { readonly share: number; readonly file: string };
}

const GREY: Preprocess = { order: 'grey', mean: [128] };

/** The test picture as each of a net's inputs. */
function pictureInputs(
  engine: Engine,
  graph: Graph,
  preprocess: Preprocess,
  [h, w]: Pair,
): Record<string, Tensor> {
  const { rgba } = testPicture(w, h);
  return Object.fromEntries(
    graph.inputs.map(({ name, channels }) => {
      const how = channels === preprocess.mean.length ? preprocess : channels === 1 ? GREY : null;
      if (!how)
        throw new UnsupportedError(`${name}: an input of ${channels} channels, should be a picture's 1 or 3`);
      return [name, fromRgba(engine, rgba, { h, w }, how)];
    }),
  );
}

/** The dense maps of a net by every way, and what each takes; refused where all take more than the budget. */
export async function equivalence(host: Host, o: EquivalenceOptions): Promise<EquivalenceReport> {
  const model = await loadModel(host, o);
  const { memory = 'fast' } = o;
  const coarse = coarseScores(model.graph);
  const { factor, stride } = subsampling(coarse, o.factor === undefined ? {} : { factor: o.factor });
  const dense = rarefy(coarse, { factor });
  const image: Pair = o.size ?? model.graph.inputs[0]?.size ?? [97, 97];
  const [h, w] = image;
  const inputs = Object.fromEntries(
    coarse.inputs.map(({ name, channels: c }): [string, Shape] => [name, { n: 1, c, h, w }]),
  );
  const engine = await createEngine({ gpu: host.gpu, limits: o.limits ?? 'adapter' });
  try {
    const { limits, features, speed } = engine;
    const options = { limits, features, speed, memory };
    const ways = candidates(coarse, dense, factor, inputs, options);
    checkBudget(ways, o.budget);

    const pictures = pictureInputs(engine, coarse, model.preprocess, image);
    const { h: rows, w: columns } = plan(dense, inputs).outputs.get('scores')!.shape;
    const map: Pair = [rows, columns];
    const run = async ({ net, before }: Candidate): Promise<DenseMap & { ms: number }> => {
      const compiled = await engine.compile(net, { weights: model.weights, signal: host.signal, memory });
      const { outputs, ms } = await compiled.run(pictures, { signal: host.signal });
      const scores = outputs.scores as Tensor;
      const window = crop(engine, scores, { offset: before, size: map });
      const data = await download(engine, window);
      free(scores, window);
      compiled.dispose();
      return { shape: window.shape, data, ms };
    };
    const maps: (DenseMap & { ms: number })[] = [];
    for (const [i, way] of ways.entries()) {
      host.progress({ text: way.name, done: i, total: ways.length });
      maps.push(await run(way));
    }

    const wanted = maps.at(-1)!;
    const mask = onImage(dense.outputs.get('scores')!, map, image);
    const shown = widestClass(wanted);
    const draw = async (name: string, values: ArrayLike<number>) => {
      const file = `${model.name.replaceAll('/', '-')}-${name}.png`;
      await host.write(file, drawCells(values, map) as Uint8Array<ArrayBuffer>);
      return file;
    };
    const reports: Way[] = [];
    for (const [i, { name, gflop, peakBytes }] of ways.entries()) {
      const own = maps[i]!;
      const file = await draw(name, heat(own, wanted, shown));
      reports.push({ name, gflop, peakBytes, ms: own.ms, ...agreement(own, wanted, mask), file });
    }
    const onIt = mask.reduce((sum, cell) => sum + cell, 0);
    const file = await draw(
      'mask',
      mask.map((cell) => 255 * cell),
    );
    return {
      adapter: engine.adapter,
      net: model.name,
      seeded: model.seeded,
      image,
      factor,
      stride: { coarse: [stride[0] * factor[0], stride[1] * factor[1]], dense: stride },
      map,
      class: shown,
      ways: reports,
      mask: { share: onIt / mask.length, file },
    };
  } finally {
    engine.dispose();
  }
}
