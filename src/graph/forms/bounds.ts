import type { Shape } from '../../shape.js';
import { type Check, real, whole, word } from './check.js';

// What a layer of a file may say: far beyond any net, and small enough that nothing that follows from it
// overflows or takes memory out of proportion before a plan measures it.

/** Channels, groups. */
export const CHANNELS = whole(1, 2 ** 24);
/** A window, a stride, a dilation, in cells. */
export const WINDOW = whole(1, 2 ** 12);
/** Padding, in cells. */
export const PADDING = whole(0, 2 ** 14);
/** Height or width of a map, in cells. */
export const EXTENT = whole(1, 2 ** 16);
/** A place on a map, in cells. */
export const PLACE = whole(0, 2 ** 16);
/** Images at once. */
export const IMAGES = whole(1, 2 ** 16);
/** A factor of a resize. */
export const FACTOR: Check<number> = real(2 ** -16, 2 ** 12);
/** A constant of a formula. */
export const CONSTANT: Check<number> = real();
/** Inputs of a layer. */
export const MOST_INPUTS = 4096;
/** An axis of a map. */
export const AXIS: Check<keyof Shape> = word({ n: true, c: true, h: true, w: true });
/** A place along a tensor in planar order, or a step between places. */
export const ELEMENT = whole(-(2 ** 31), 2 ** 31);
