/** How a grid reads between pixels and beyond the map, as ONNX GridSample has it. */
export interface GridSampleOptions {
  readonly mode: 'linear' | 'nearest' | 'cubic';
  /** Zeros, the nearest edge, or the map mirrored at its edge. */
  readonly padding: 'zeros' | 'border' | 'reflection';
  /** Whether -1 and 1 are the centres of the corner pixels, or their outer edges. */
  readonly alignCorners: boolean;
}

const MODES = { linear: 0, nearest: 1, cubic: 2 } as const;
const PADDINGS = { zeros: 0, border: 1, reflection: 2 } as const;

/** The overrides of kernels/grid_place.wgsl. */
export const gridConstants = (o: GridSampleOptions) => ({
  MODE: MODES[o.mode],
  PADDING: PADDINGS[o.padding],
  CORNERS: Number(o.alignCorners),
});
