import type { FilterAttrs } from '../../../graph/kinds/filter.js';
import { bilinearFilter } from '../../../lower/bilinear.js';
import { type FilterShape, filterDims } from '../../../lower/filter.js';
import { conv2dWindow } from '../../../ops/conv2d.js';
import { type Pair, padding, pair } from '../../../shape.js';
import type { Exporters, LayerExport } from './exporter.js';
import { maxPool } from './pool.js';

/** The bilinear filter as weights of a transposed convolution with a group per channel. */
function bilinearWeights(channels: number, [kh, kw]: Pair): Float32Array {
  const [rows, columns] = [[...bilinearFilter(kh)], [...bilinearFilter(kw)]];
  const plane = rows.flatMap((row) => columns.map((column) => row * column));
  return Float32Array.from({ length: channels * plane.length }, (_, i) => plane[i % plane.length]!);
}

/** Weights and, where the layer has one, bias. */
const operands = (e: LayerExport, filter: FilterShape, bias: boolean): string[] => [
  e.weight('weight', filterDims(filter)),
  ...(bias ? [e.weight('bias', [filter.out])] : []),
];

const activated = (e: LayerExport, y: string, relu = false): string => (relu ? e.add('Relu', [y]) : y);

/** A crop is merged into a layer when it runs, never in a graph. */
function checkCrop(e: LayerExport, crop: Pair = [0, 0]): void {
  if (crop.some((offset) => offset !== 0))
    e.unsupported(`a crop of [${crop.join(', ')}] within the layer, should be a layer of its own`);
}

export const FILTER: Exporters<FilterAttrs> = {
  conv2d(e, { filter, options, bias }) {
    const { kernel, stride, dilation, pad } = conv2dWindow(filter, options);
    const y = e.add('Conv', [e.x, ...operands(e, filter, bias)], {
      kernel_shape: kernel,
      strides: stride,
      dilations: dilation,
      pads: pad,
      group: filter.groups,
    });
    const { relu, pool } = options;
    const z = activated(e, y, relu);
    return pool ? maxPool(e, z, { kernel: 2, stride: 2, ceil: pool.ceil }) : z;
  },
  conv_transpose2d(e, { filter, options, bias, crop }) {
    checkCrop(e, crop);
    const y = e.add('ConvTranspose', [e.x, ...operands(e, filter, bias)], {
      kernel_shape: filter.kernel,
      strides: pair(options.stride ?? 1),
      dilations: pair(options.dilation ?? 1),
      pads: padding(options.pad ?? 0),
      output_padding: pair(options.outputPad ?? 0),
      group: filter.groups,
    });
    return activated(e, y, options.relu);
  },
  upsample(e, { options, crop }) {
    checkCrop(e, crop);
    const kernel = pair(options.kernel);
    const { channels } = e.node;
    const w = e.floats('bilinear', bilinearWeights(channels, kernel), [channels, 1, ...kernel]);
    return e.add('ConvTranspose', [e.x, w], {
      kernel_shape: kernel,
      strides: pair(options.stride ?? 1),
      pads: padding(options.pad ?? 0),
      output_padding: pair(options.outputPad ?? 0),
      group: channels,
    });
  },
  inner_product(e, { x: { c, h, w }, out, bias, relu }) {
    const flat = e.add('Flatten', [e.x], { axis: 1 });
    const weight = e.weight('weight', [out, c * h * w]);
    const product = e.add('Gemm', [flat, weight, ...(bias ? [e.weight('bias', [out])] : [])], { transB: 1 });
    return activated(e, e.add('Unsqueeze', [product, e.ints([2, 3])]), relu);
  },
};
