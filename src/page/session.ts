import { createEngine, type Engine } from '../engine/engine.js';
import { fromRgba, overlay } from '../engine/image.js';
import { argmax } from '../engine/operators.js';
import { downloadLabels, downloadRgba, type LabelMap, uploadPixels } from '../engine/pixels.js';
import type { Tensor } from '../engine/tensor.js';
import type { AdapterInfo, LimitsWanted } from '../gpu/device.js';
import type { Graph } from '../graph/builder.js';
import type { Net } from '../graph/net.js';
import type { LayerTime } from '../graph/submit.js';
import { decodeImage } from '../image/decode.js';
import type { RgbaImage } from '../image/image.js';
import type { Palette } from '../image/palette.js';
import { encodePng } from '../image/png.js';
import { testPicture } from '../image/test_picture.js';
import type { Limits } from '../limits.js';
import type { Host } from './host.js';
import { type Model, readFile } from './model.js';

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
  /** Limits of the device. */
  readonly limits?: LimitsWanted;
}

/** A model on a device, and the pictures that it runs on. */
export class Session {
  readonly engine: Engine;
  readonly net: Net;
  readonly report: NetReport;
  readonly #host: Host;
  readonly #model: Model;

  private constructor(host: Host, engine: Engine, model: Model, net: Net, compileMs: number) {
    this.#host = host;
    this.#model = model;
    this.engine = engine;
    this.net = net;
    let parameters = 0;
    for (const { data } of model.weights.values()) parameters += data.length;
    const { adapter, limits } = engine;
    this.report = { adapter, limits, net: model.name, parameters, seeded: model.seeded, compileMs };
  }

  static async open(host: Host, model: Model, graph: Graph, o: SessionOptions): Promise<Session> {
    const engine = await createEngine({ gpu: host.gpu, limits: o.limits ?? 'adapter' });
    const start = performance.now();
    const net = await engine.compile(graph, {
      weights: model.weights,
      signal: host.signal,
      memory: o.memory ?? 'fast',
      onProgress: ({ stage, done, total, layer }) =>
        host.progress({ text: `${stage} ${layer}`, done, total }),
    });
    return new Session(host, engine, model, net, performance.now() - start);
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
    const { outputs, plan, ...done } = await this.net.run(x, {
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
    };
    return { y: y as Tensor, report };
  }

  /** The label of each pixel of a map of scores. */
  async labels(scores: Tensor): Promise<{ map: LabelMap; labels: Uint32Array }> {
    const map = argmax(this.engine, scores);
    return { map, labels: await downloadLabels(this.engine, map) };
  }

  /** A PNG of colours over the picture. */
  async overlaid(picture: RgbaImage, labels: LabelMap, palette: Palette, alpha: number): Promise<Uint8Array> {
    const { width, height } = picture;
    const photo = uploadPixels(this.engine, picture.rgba, { h: height, w: width });
    const mixed = overlay(this.engine, labels, photo, { palette, alpha });
    const rgba = await downloadRgba(this.engine, mixed);
    photo.buffer.destroy();
    mixed.buffer.destroy();
    return encodePng({ width, height, rgba });
  }

  close(): void {
    this.net.dispose();
    this.engine.dispose();
  }
}
