import { createEngine, type Engine } from '../engine/engine.js';
import { fromRgba, overlay } from '../engine/image.js';
import { argmax } from '../engine/operators.js';
import { downloadLabels, downloadRgba, uploadPixels } from '../engine/pixels.js';
import type { Tensor } from '../engine/tensor.js';
import type { AdapterInfo, LimitsWanted } from '../gpu/device.js';
import type { Graph } from '../graph/builder.js';
import type { Net } from '../graph/net.js';
import type { CompileOptions } from '../graph/net_options.js';
import type { LayerTime } from '../graph/submit.js';
import { decodeImage } from '../image/decode.js';
import type { RgbaImage } from '../image/image.js';
import type { Palette } from '../image/palette.js';
import { encodePng } from '../image/png.js';
import { testPicture } from '../image/test_picture.js';
import type { Limits } from '../limits.js';
import { checkTuning } from '../lower/tuning.js';
import type { Pair } from '../shape.js';
import type { Host } from './host.js';
import { type Model, readFile, readJson } from './model.js';

/** What every report says of a run. */
export interface RunReport {
  readonly image: string;
  readonly width: number;
  readonly height: number;
  readonly ms: number;
  readonly submits: number;
  readonly dispatches: number;
  readonly gflop: number;
  /** Most bytes on the device at once: weights, maps, inputs and outputs. */
  readonly peakBytes: number;
  /** The same if no maps shared a buffer. */
  readonly peakBytesUnshared: number;
  readonly layers: readonly LayerTime[];
  /** Step of the layers' times; null without timestamps. */
  readonly resolutionMs: number | null;
  /** How the picture was cut; null where it ran whole. */
  readonly tiles: { readonly count: number; readonly window: Pair; readonly overlap: Pair } | null;
}

/** What every report says of the net and its adapter. */
export interface NetReport {
  readonly adapter: AdapterInfo;
  readonly limits: Limits;
  readonly net: string;
  readonly parameters: number;
  readonly seeded: boolean;
  readonly compileMs: number;
}

export interface SessionOptions {
  readonly memory?: 'fast' | 'low';
  /** A record of `rarefy tune`, by the name that the command gave it. */
  readonly tuning?: string;
  /** Limits of the device. */
  readonly limits?: LimitsWanted;
}

/** Bytes of each of the maps behind a part of a picture with colours over it. */
const OVERLAY_BYTES = 16 * 2 ** 20;

/** How to compile a net. */
type NetOptions = Pick<CompileOptions, 'memory' | 'tuning'>;

const compileNet = (
  host: Host,
  engine: Engine,
  model: Model,
  graph: Graph,
  { memory = 'fast', tuning }: NetOptions,
): Promise<Net> =>
  engine.compile(graph, {
    weights: model.weights,
    signal: host.signal,
    memory,
    ...(tuning && { tuning }),
    onProgress: ({ stage, done, total, layer }) => host.progress({ text: `${stage} ${layer}`, done, total }),
  });

/** A model on a device, and the pictures that it runs on. */
export class Session {
  readonly engine: Engine;
  readonly report: NetReport;
  readonly #host: Host;
  readonly #model: Model;
  readonly #options: NetOptions;
  #net: Net;

  private constructor(host: Host, engine: Engine, model: Model, o: NetOptions, net: Net, compileMs: number) {
    this.#host = host;
    this.#model = model;
    this.engine = engine;
    this.#options = o;
    this.#net = net;
    let parameters = 0;
    for (const { data } of model.weights.values()) parameters += data.length;
    const { adapter, limits } = engine;
    this.report = { adapter, limits, net: model.name, parameters, seeded: model.seeded, compileMs };
  }

  static async open(host: Host, model: Model, graph: Graph, o: SessionOptions): Promise<Session> {
    const engine = await createEngine({ gpu: host.gpu, limits: o.limits ?? 'adapter' });
    const tuning = o.tuning ? checkTuning(await readJson(host, o.tuning), engine.adapter) : null;
    const options = { memory: o.memory ?? 'fast', ...(tuning && { tuning }) };
    const start = performance.now();
    const net = await compileNet(host, engine, model, graph, options);
    return new Session(host, engine, model, options, net, performance.now() - start);
  }

  get net(): Net {
    return this.#net;
  }

  /** Puts another graph with the model's weights in the place of the net. */
  async use(graph: Graph): Promise<Net> {
    if (this.#net.graph === graph) return this.#net;
    this.#net.dispose();
    this.#net = await compileNet(this.#host, this.engine, this.#model, graph, this.#options);
    return this.#net;
  }

  /** The picture of this name; null stands for one that needs no file. */
  async picture(name: string | null): Promise<RgbaImage> {
    return name === null ? testPicture() : decodeImage(await readFile(this.#host, name));
  }

  /** The net's input from a picture, in its own preprocessing. */
  input(picture: RgbaImage): Tensor {
    return fromRgba(
      this.engine,
      picture.rgba,
      { h: picture.height, w: picture.width },
      this.#model.preprocess,
    );
  }

  /** Runs the net on a tensor, which it frees. The output is the caller's. */
  async run(x: Tensor, image: string): Promise<{ y: Tensor; report: RunReport }> {
    const { shape } = x;
    const { outputs, plan, ...done } = await this.#net.run(x, {
      signal: this.#host.signal,
      profile: true,
      onProgress: (p) => this.#host.progress({ text: p.layer, done: Math.round(100 * p.done), total: 100 }),
    });
    x.buffer.destroy();
    const [y, ...others] = Object.values(outputs);
    for (const other of others) other.buffer.destroy();
    const report = {
      image,
      width: shape.w,
      height: shape.h,
      ...done,
      dispatches: plan.dispatches,
      gflop: plan.flops / 1e9,
      peakBytes: plan.bytes.peak,
      peakBytesUnshared: plan.bytes.peak - plan.bytes.maps + plan.bytes.mapsUnshared,
      tiles: null,
    };
    return { y: y as Tensor, report };
  }

  /** The label of each pixel of a map of scores. */
  async labels(scores: Tensor): Promise<Uint32Array> {
    const map = argmax(this.engine, scores);
    const labels = await downloadLabels(this.engine, map);
    map.buffer.destroy();
    return labels;
  }

  /** A PNG of colours over the picture, some rows of it at a time. */
  async overlaid(
    picture: RgbaImage,
    labels: Uint32Array,
    palette: Palette,
    alpha: number,
  ): Promise<Uint8Array> {
    const { engine } = this;
    const { width: w, height } = picture;
    const rgba = new Uint8Array(4 * w * height);
    const most = Math.max(1, Math.floor(OVERLAY_BYTES / (4 * w)));
    for (let row = 0; row < height; row += most) {
      const size = { h: Math.min(most, height - row), w };
      const [from, to] = [row * w, (row + size.h) * w];
      const maps = [
        uploadPixels(engine, labels.subarray(from, to), size),
        uploadPixels(engine, picture.rgba.subarray(4 * from, 4 * to), size),
      ] as const;
      const mixed = overlay(engine, maps[0], maps[1], { palette, alpha });
      rgba.set(await downloadRgba(engine, mixed), 4 * from);
      for (const { buffer } of [...maps, mixed]) buffer.destroy();
    }
    return encodePng({ width: w, height, rgba });
  }

  close(): void {
    this.#net.dispose();
    this.engine.dispose();
  }
}
