import type { LayoutAttrs } from '../../../graph/kinds/layout.js';
import type { Pair } from '../../../shape.js';
import type { Exporters, LayerExport } from './exporter.js';
import { resize, resizeTo } from './resize.js';

/** The window of input `of` from `offset` that has the size of input `like`. */
function crop(e: LayerExport, of: number, like: number, offset: Pair): string {
  const size = e.node.inputs[like]!.size;
  const start = e.ints(offset);
  const end = size
    ? e.ints([offset[0] + size[0], offset[1] + size[1]])
    : e.add('Add', [e.plane(like), start]);
  return e.add('Slice', [e.inputs[of]!, start, end, e.ints([2, 3])]);
}

export const LAYOUT: Exporters<Omit<LayoutAttrs, 'input'>> = {
  crop: (e, { offset }) => crop(e, 0, 1, offset),
  crop_sum: (e, { offset }) => e.add('Add', [e.x, crop(e, 1, 0, offset)]),
  resize,
  resize_to: resizeTo,
  concat: (e, { axis = 'c' }) => e.add('Concat', e.inputs, { axis: ['n', 'c', 'h', 'w'].indexOf(axis) }),
};
