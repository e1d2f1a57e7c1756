import type { Elem } from '../../dispatch.js';
import { algorithmsFor, type Choosing, convClass } from '../../lower/choosing.js';
import { type Conv2dOptions, conv2dFlops, conv2dWindow } from '../../lower/convolution.js';
import { type FilterShape, filterSize } from '../../lower/filter.js';
import { conv2dShape } from '../../ops/conv2d.js';
import type { Shape } from '../../shape.js';
import { Graph } from '../builder.js';
import type { Layer } from '../fuse.js';
import type { Node } from '../node.js';

/** A larger filter is timed with a part of its output channels, in bytes. */
const FILTER_BYTES = 64 * 2 ** 20;
/** Output rows that are timed at least: two of Winograd's. */
const LEAST_ROWS = 8;

/** A class of convolutions of a net, as a layer that is small enough to be timed. */
export interface Sample {
  /** The class of the net's layers, and of the sample itself, which may have fewer channels. */
  readonly name: string;
  readonly own: string;
  /** The layer `y` alone, of the input `x`. */
  readonly graph: Graph;
  readonly x: Shape;
  readonly y: Shape;
  /** Output pixels as far as this one's work goes: a part of the channels counts as a part of a pixel. */
  readonly pixels: number;
  /** Those of all the net's layers of the class. */
  readonly netPixels: number;
}

interface Class {
  readonly filter: FilterShape;
  readonly options: Conv2dOptions;
  /** Where it runs, and output pixels by that size; the first of equal ones counts. */
  readonly sizes: Map<string, { readonly x: Shape; pixels: number }>;
  flops: number;
  netPixels: number;
}

/**
 * The convolutions of a net that can choose, heaviest first. One sample stands for all layers of a class, of the size in
 * which they compute most.
 * @param shapes of every map of the net.
 * @param maxFlops of a submit; a larger layer is cut to fewer rows.
 */
export function samplesOf(
  layers: readonly Layer[],
  shapes: ReadonlyMap<Node, Shape>,
  where: Partial<Choosing>,
  maxFlops: number,
): Sample[] {
  const classes = new Map<string, Class>();
  for (const layer of layers) {
    if (layer.kind !== 'conv2d') continue;
    const { filter, options } = (layer as Layer<'conv2d'>).attrs;
    const { pool: _, ...conv } = options;
    const window = conv2dWindow(filter, conv);
    if (algorithmsFor(filter, window, where).length < 2) continue;
    const x = shapes.get(layer.inputs[0]!.node)!;
    const y = conv2dShape(layer.name, x, filter, conv);
    const name = convClass(filter, window, where.elem ?? 'f32');
    const found = classes.get(name) ?? { filter, options: conv, sizes: new Map(), flops: 0, netPixels: 0 };
    const size = found.sizes.get(`${x.h} ${x.w}`) ?? { x, pixels: 0 };
    size.pixels += pixelsOf(y);
    found.sizes.set(`${x.h} ${x.w}`, size);
    found.flops += conv2dFlops(y, filter);
    found.netPixels += pixelsOf(y);
    classes.set(name, found);
  }
  return [...classes]
    .sort(([, a], [, b]) => b.flops - a.flops)
    .map(([name, found]) => sampleOf(name, found, maxFlops, where.elem ?? 'f32'));
}

const pixelsOf = ({ n, h, w }: Shape): number => n * h * w;

function sampleOf(
  name: string,
  { filter, options, sizes, netPixels }: Class,
  maxFlops: number,
  elem: Elem,
): Sample {
  const { x: whole } = [...sizes.values()].reduce((most, size) => (size.pixels > most.pixels ? size : most));
  const cut = { ...filter, out: fewerChannels(filter) };
  const x = fewerRows(whole, cut, options, maxFlops);
  const graph = new Graph(name);
  const { out, kernel, groups } = cut;
  graph.output(graph.conv('y', graph.input('x', filter.in), { ...options, out, kernel, groups }));
  const y = conv2dShape(name, x, cut, options);
  const pixels = (pixelsOf(y) * cut.out) / filter.out;
  const own = convClass(cut, conv2dWindow(cut, options), elem);
  return { name, own, graph, x, y, pixels, netPixels };
}

/** Output channels of which a filter is not too large, in whole tiles. */
function fewerChannels(filter: FilterShape): number {
  const share = FILTER_BYTES / (4 * filterSize(filter));
  return share >= 1 || filter.groups > 1
    ? filter.out
    : Math.max(16, 16 * Math.floor((share * filter.out) / 16));
}

/** A map that is convolved in one submit: of fewer images, and then of fewer rows. */
function fewerRows(x: Shape, filter: FilterShape, o: Conv2dOptions, maxFlops: number): Shape {
  const { kernel, stride, dilation } = conv2dWindow(filter, o);
  const y = conv2dShape('tune', x, filter, o);
  const rows = Math.max(LEAST_ROWS, Math.floor(maxFlops / conv2dFlops({ ...y, n: 1, h: 1 }, filter)));
  if (x.n * y.h <= rows) return x;
  if (y.h <= rows) return { ...x, n: Math.floor(rows / y.h) };
  return { ...x, n: 1, h: Math.min(x.h, rows * stride[0] + dilation[0] * (kernel[0] - 1)) };
}
