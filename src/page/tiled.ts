// Labels of a picture that is cut into tiles.
import type { Graph } from '../graph/builder.js';
import { labelGraph, upTo } from '../graph/rewrite.js';
import { pastePlanes } from '../graph/tiles/area.js';
import { planTiles, type TileOptions } from '../graph/tiles/plan_tiles.js';
import { runTiles } from '../graph/tiles/run_tiles.js';
import { rgbaReader } from '../graph/tiles/source.js';
import type { RgbaImage } from '../image/image.js';
import type { Preprocess } from '../ops/image.js';
import type { Pair } from '../shape.js';
import type { Host } from './host.js';
import type { RunReport, Session } from './session.js';

/** Whether a picture of this size has to be cut: no plan of the whole keeps to the device's limits. */
export function mustCut({ net }: Session, graph: Graph, [h, w]: Pair): boolean {
  const [input] = graph.inputs;
  const shape = { n: 1, c: input!.channels, h, w };
  return planTiles(graph, { [input!.name]: shape }, net.planOptions).tiles.length > 1;
}

/** A picture whose last row and column are repeated up to a size. */
export function repeated(picture: RgbaImage, [height, width]: Pair): RgbaImage {
  if (picture.height === height && picture.width === width) return picture;
  const rgba = new Uint8Array(4 * height * width);
  for (let row = 0; row < height; row++) {
    const from = Math.min(row, picture.height - 1) * picture.width;
    const line = picture.rgba.subarray(4 * from, 4 * (from + picture.width));
    rgba.set(line, 4 * row * width);
    for (let column = picture.width; column < width; column++)
      rgba.set(line.subarray(-4), 4 * (row * width + column));
  }
  return { width, height, rgba };
}

/** The net whose output is the labels of another's first output. */
export function labelNet(graph: Graph): Graph {
  const [output] = graph.outputs;
  return labelGraph(upTo(graph, new Map([output!])));
}

/** Labels every pixel of a picture in tiles. @param graph of `labelNet`. */
export async function labelInTiles(
  host: Host,
  session: Session,
  graph: Graph,
  { width, height, rgba }: RgbaImage,
  o: TileOptions & { readonly preprocess: Preprocess; readonly image: string },
): Promise<{ labels: Uint32Array; report: RunReport }> {
  const net = await session.use(graph);
  const labels = new Float32Array(width * height);
  const { plan, ms, submits } = await runTiles(
    net,
    rgbaReader(net.engine, rgba, { h: height, w: width }, o.preprocess),
    {
      ...(o.maxBytes !== undefined && { maxBytes: o.maxBytes }),
      ...(o.window !== undefined && { window: o.window }),
      signal: host.signal,
      onPart: ({ data, area }) => pastePlanes(data, labels, { n: 1, c: 1, h: height, w: width }, area),
      onProgress: ({ done, tile, tiles, layer }) =>
        host.progress({
          text: `tile ${Math.min(tile + 1, tiles)} of ${tiles}, ${layer}`,
          done: Math.round(100 * done),
          total: 100,
        }),
    },
  );
  await net.freeMaps();
  const { tiles, window, overlap, bytes } = plan;
  const report: RunReport = {
    image: o.image,
    width,
    height,
    ms,
    submits,
    dispatches: tiles.length * plan.plan.dispatches,
    gflop: plan.flops / 1e9,
    peakBytes: bytes.peak,
    peakBytesUnshared: bytes.peak - bytes.maps + plan.plan.bytes.mapsUnshared,
    layers: [],
    resolutionMs: null,
    tiles: { count: tiles.length, window, overlap },
  };
  return { labels: Uint32Array.from(labels), report };
}
