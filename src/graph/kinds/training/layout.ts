import { gather, padTables } from '../../../ops/gather.js';
import type { Pair } from '../../../shape.js';
import type { Kinds } from '../../node.js';

/** Gradients of layers that move values. */
export interface LayoutTrainingAttrs {
  /** Reads dy; x lends its size. */
  crop_gradient: { readonly offset: Pair };
}

export const LAYOUT_TRAINING_KINDS: Kinds<LayoutTrainingAttrs> = {
  crop_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower(ctx, { inputs: [dy], y: dx }, { offset: [top, left] }) {
      const { h, w } = dy!.shape;
      const [bottom, right] = [dx.shape.h - h - top, dx.shape.w - w - left];
      const pads = {
        mode: 'constant',
        value: 0,
        before: [0, 0, top, left],
        after: [0, 0, bottom, right],
      } as const;
      return gather(ctx, { x: dy!, y: dx }, padTables(ctx.op, dy!.shape, pads));
    },
  },
};
