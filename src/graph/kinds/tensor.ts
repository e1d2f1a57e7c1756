import { constant } from '../../ops/constant.js';
import type { Shape } from '../../shape.js';
import type { Kinds } from '../node.js';

/** Layers that imported graphs need beyond the paper's: tensors of any axes in maps. */
export interface TensorAttrs {
  /** A map that the weights hold: `<name>.value`, planar [n, c, h, w]. */
  constant: { readonly shape: Shape };
}

export const TENSOR_KINDS: Kinds<TensorAttrs> = {
  constant: {
    channels: (_inputs, { shape }) => shape.c,
    shape: (_name, _inputs, { shape }) => shape,
    vectors: ({ shape: { n, c, h, w } }) => ({ value: n * c * h * w }),
    lower: (ctx, t) => constant(ctx, { value: t.vectors.value!, y: t.y }),
  },
};
