import type { AdapterInfo } from '../gpu/device.js';

/**
 * The cost model of convolutions: nanoseconds per output pixel, for
 * - tile, quad: one tap of 4 input and 16 output channels;
 * - strip: a row of three taps of 4 input and 8 output channels;
 * - transform: 4 channels that go through Winograd's transforms, in or out.
 * They weigh algorithms against each other, so only their ratios count.
 */
export interface Costs {
  readonly tile: number;
  readonly quad: number;
  readonly strip: number;
  readonly transform: number;
}

export const COSTS = {
  swiftshader: { tile: 35, quad: 25, strip: 25, transform: 40 },
} as const satisfies Record<string, Costs>;

/** The costs of an adapter that was measured, or of the one most like it. */
export const adapterCosts = (_adapter: AdapterInfo): Costs => COSTS.swiftshader;
