/**
 * The cost model of convolutions: time per output pixel, relative to that of `tile`, for
 * - tile, quad, block: one tap of 4 input and 16 output channels;
 * - strip: a row of three taps of 4 input and 8 output channels;
 * - transform: 4 channels of a frequency that go through Winograd's transforms, in or out.
 */
export interface Costs {
  readonly tile: number;
  readonly quad: number;
  readonly block: number;
  readonly strip: number;
  readonly transform: number;
}

/** Fitted to SwiftShader in Chrome by `rarefy tune --net fcn-small-8s --size 192x192 --all`, which prints what it fits. */
export const COSTS: Costs = { tile: 1, quad: 0.68, block: 4, strip: 0.7, transform: 0.8 };
