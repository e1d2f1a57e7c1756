import type { AdapterInfo } from '../gpu/device.js';

/**
 * The cost model of convolutions: time per output pixel, relative to that of `tile`, for
 * - tile, quad, wide, block: one tap of 4 input and 16 output channels;
 * - strip, first: a row of three taps of 4 input and 8 output channels;
 * - transform: 4 channels of a frequency that go through Winograd's transforms, in or out;
 * and small: of tile and quad in workgroups of 16 relative to those of 64. A small map has fewer invocations than fill
 * whole workgroups of 64 on every core.
 */
export interface Costs {
  readonly tile: number;
  readonly quad: number;
  readonly wide: number;
  readonly block: number;
  readonly strip: number;
  readonly first: number;
  readonly transform: number;
  readonly small: number;
}

/** Fitted to SwiftShader in Chrome by `rarefy tune --net fcn-small-8s --size 192x192 --all`, which prints what it fits; `small` is no fit, only below 1. */
export const COSTS: Costs = {
  tile: 1,
  quad: 0.68,
  wide: 0.54,
  block: 3.4,
  strip: 0.93,
  first: 0.5,
  transform: 0.77,
  small: 0.95,
};

/** What is known of how fast an adapter convolves. */
export interface CostModel {
  readonly costs: Costs;
  /** An algorithm of more than so many times the least cost is not worth timing. */
  readonly plausible: number;
}

/** The adapters that were measured, by what they say of themselves. */
const MEASURED: readonly (CostModel & { readonly adapter: RegExp })[] = [
  { adapter: /swiftshader/i, costs: COSTS, plausible: 4 },
];

/**
 * An adapter that nobody measured: a first choice, and nothing that would be too slow to be timed. What keeps most values at
 * once is not that choice: a GPU may not have the registers.
 */
export const UNKNOWN: CostModel = {
  costs: { ...COSTS, wide: 1, first: 1, small: 1 },
  plausible: Number.POSITIVE_INFINITY,
};

/** The model of an adapter's class. */
export function costModel({ vendor, architecture, device, description }: AdapterInfo): CostModel {
  const text = `${vendor} ${architecture} ${device} ${description}`;
  return MEASURED.find(({ adapter }) => adapter.test(text)) ?? UNKNOWN;
}
