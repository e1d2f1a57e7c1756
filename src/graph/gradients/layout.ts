import { UnsupportedError } from '../../errors.js';
import type { LayoutAttrs } from '../kinds/layout.js';
import type { Node } from '../node.js';
import type { GradientRules } from './rule.js';

/** Size of a map along an axis, where it is known before a run. */
function sizeOf(reader: string, x: Node, axis: 'n' | 'c' | 'h' | 'w'): number {
  const known = { n: x.batch, c: x.channels, h: x.size?.[0] ?? null, w: x.size?.[1] ?? null }[axis];
  if (known === null)
    throw new UnsupportedError(
      `${reader}: the gradient of a concatenation along ${axis} of maps of free size, the input's size should be fixed`,
    );
  return known;
}

export const LAYOUT_GRADIENTS: GradientRules<
  Pick<LayoutAttrs, 'crop' | 'crop_sum' | 'resize' | 'resize_to' | 'concat'>
> = {
  crop: ({ tape, node, attrs, dy }) => [
    tape.add('crop_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
    null,
  ],
  crop_sum: ({ tape, node, attrs, dy, wants }) => [
    dy,
    wants(1) ? tape.add('crop_gradient', `${node.name} dx`, [dy, node.inputs[1] as Node], attrs) : null,
  ],
  resize: ({ tape, node, attrs, dy }) => [
    tape.add('resize_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  resize_to: ({ tape, node, attrs, dy }) => [
    tape.add('resize_to_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
    null,
  ],
  concat({ tape, node, attrs: { axis = 'c' }, dy, wants }) {
    let end = 0;
    return node.inputs.map((x, i) => {
      const start = end;
      end += sizeOf(node.name, x, axis);
      return wants(i) ? tape.add('slice', `${node.name} dx${i}`, [dy], { axis, start, end, step: 1 }) : null;
    });
  },
};
