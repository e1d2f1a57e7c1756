import type { Dispatch, View } from '../../src/dispatch.js';
import type { Kernel } from '../../src/kernel.js';
import type { PackedFilter } from '../../src/lower/filter.js';
import { whole } from '../../src/lower/lowering.js';
import { blocks, ceilDiv } from '../../src/shape.js';
import directPlanar from './direct_planar.wgsl';
import directPlanarFew from './direct_planar_few.wgsl';
import directPlanarFewQuad from './direct_planar_few_quad.wgsl';
import directPlanarQuad from './direct_planar_quad.wgsl';
import directVec4 from './direct_vec4.wgsl';
import directVec4Quad from './direct_vec4_quad.wgsl';
import inputPlanar from './input_planar.wgsl';
import inputVec4 from './input_vec4.wgsl';
import { type Layout, mapBytes, strides } from './maps.js';
import outputPlanar from './output_planar.wgsl';
import outputVec4 from './output_vec4.wgsl';

/** A 3x3 convolution of one square image, padded by 1. */
export interface Layer {
  readonly in: number;
  readonly out: number;
  readonly edge: number;
}

/** What the variants of a layer share: input, output, and Winograd's frequencies before and after the products. */
export type Buffers = Readonly<Record<'x' | 'y' | 'v' | 'm', GPUBuffer>>;

export type Lower = (
  layout: Layout,
  quad: boolean,
  l: Layer,
  b: Buffers,
  w: PackedFilter<GPUBuffer>,
) => Dispatch<GPUBuffer>[];

interface Map4 {
  readonly view: View<GPUBuffer>;
  /** Strides and depth by the names that the kernels' params have. */
  readonly params: Readonly<Record<string, number>>;
}

function map(
  name: string,
  layout: Layout,
  buffer: GPUBuffer,
  channels: number,
  pixels: number,
  images = 1,
): Map4 {
  const params = Object.entries(strides(layout, channels, pixels)).map(([key, v]) => [`${name}_${key}`, v]);
  return {
    view: whole(buffer, images * mapBytes(layout, channels, pixels)),
    params: Object.fromEntries(params),
  };
}

const launch = (
  kernel: Kernel,
  invocations: number,
  params: Record<string, number>,
  bindings: Record<string, View<GPUBuffer>>,
  constants: Record<string, number> = {},
): Dispatch<GPUBuffer> => ({
  kernel,
  elem: 'f32',
  constants,
  params,
  bindings,
  invocations,
  flops: 0,
  bytes: 0,
});

/** One launch of a direct kernel: `images` images of `h` x `w` under a square window. */
function product(
  planar: boolean,
  quad: boolean,
  x: Map4,
  y: Map4,
  filter: PackedFilter<GPUBuffer>,
  { images, h, w, window }: { images: number; h: number; w: number; window: number },
): Dispatch<GPUBuffer> {
  const { in: channels, out } = filter.shape;
  const few = planar && channels % 4 !== 0;
  const [portable, sharing] = few
    ? [directPlanarFew, directPlanarFewQuad]
    : planar
      ? [directPlanar, directPlanarQuad]
      : [directVec4, directVec4Quad];
  const tap = blocks(channels) * 16; // vec4 of 16 output channels' weights
  const tiles = ceilDiv(out, 16);
  return launch(
    quad ? sharing : portable,
    4 * ceilDiv(h * w, 16) * tiles * images,
    {
      ...x.params,
      ...y.params,
      ...{ x_h: h, x_w: w, y_w: w, images, pixels: h * w, kernel: window, pad: (window - 1) / 2, tiles },
      depth: few ? channels : blocks(channels),
      w_tap: tap,
      w_tile: window ** 2 * tap,
      w_image: images > 1 ? tiles * tap : 0,
    },
    { x: x.view, y: y.view, w: filter.parts[0]!.view },
  );
}

export const direct: Lower = (layout, quad, l, b, w) => {
  const x = map('x', layout, b.x, l.in, l.edge ** 2);
  const y = map('y', layout, b.y, l.out, l.edge ** 2);
  return [product(layout === 'planar', quad, x, y, w, { images: 1, h: l.edge, w: l.edge, window: 3 })];
};

/** F(4x4, 3x3). The frequencies of channels-last maps are [36, tiles, C/4], of the others [36, C/4, tiles]. */
export const winograd: Lower = (layout, quad, l, b, w) => {
  const planar = layout === 'planar';
  const inner: Layout = planar ? 'blocked' : layout;
  const edge = ceilDiv(l.edge, 4);
  const tiles = edge ** 2;
  const x = map('x', layout, b.x, l.in, l.edge ** 2);
  const y = map('y', layout, b.y, l.out, l.edge ** 2);
  const v = (name: string) => map(name, inner, b.v, l.in, tiles, 36);
  const m = (name: string) => map(name, inner, b.m, l.out, tiles, 36);
  const order = { TILE_FASTEST: Number(inner === 'blocked') };
  const size = { tiles, tiles_x: edge, x_h: l.edge, x_w: l.edge, y_h: l.edge, y_w: l.edge, pad: 1 };
  const input = { ...size, ...x.params, ...v('v').params, c4: blocks(l.in) };
  const output = { ...size, ...y.params, ...m('m').params, c4: blocks(l.out) };
  const bound = { x: x.view, y: y.view, v: v('v').view, m: m('m').view };
  return [
    launch(planar ? inputPlanar : inputVec4, tiles * blocks(l.in), input, bound, order),
    product(false, quad, v('x'), m('y'), w, { images: 36, h: 1, w: tiles, window: 1 }),
    launch(planar ? outputPlanar : outputVec4, tiles * blocks(l.out), output, bound, order),
  ];
};
