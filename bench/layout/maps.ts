import { alignUp, blocks } from '../../src/shape.js';

/** [H, W, C/4] of vec4, [C/4, H, W] of vec4, and [C, H, W] with planes padded to 4 pixels. */
export const LAYOUTS = ['channels-last', 'blocked', 'planar'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Distances in elements of a binding: vec4, or f32 where planar; `n` of images, `p` of pixels. */
export interface Strides {
  readonly n: number;
  readonly p: number;
  /** From one channel (planar) or block of four channels to the next. */
  readonly c: number;
  /** Channels (planar) or blocks. */
  readonly depth: number;
}

export function strides(layout: Layout, channels: number, pixels: number): Strides {
  const depth = layout === 'planar' ? channels : blocks(channels);
  const plane = layout === 'planar' ? alignUp(pixels, 4) : pixels;
  const last = layout === 'channels-last';
  return { n: plane * depth, p: last ? depth : 1, c: last ? 1 : plane, depth };
}

export const mapBytes = (layout: Layout, channels: number, pixels: number): number =>
  strides(layout, channels, pixels).n * (layout === 'planar' ? 4 : 16);

/** Where a value of one image stands, counted in f32. */
export function placeIn(layout: Layout, channels: number, pixels: number) {
  const s = strides(layout, channels, pixels);
  return (channel: number, pixel: number): number =>
    layout === 'planar'
      ? channel * s.c + pixel
      : 4 * (Math.floor(channel / 4) * s.c + pixel * s.p) + (channel % 4);
}
