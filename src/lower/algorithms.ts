import type { Feature } from '../limits.js';
import { blocks, ceilDiv, type Pair, type Window } from '../shape.js';
import type { Costs } from './costs.js';
import {
  type FilterLayout,
  type FilterShape,
  filterTiles,
  frequencies,
  type WinogradLayout,
  winogradTile,
} from './filter.js';
import type { StripProduct } from './strip_product.js';
import { type Product, WIDE_SPEED } from './tile_product.js';

/**
 * A way to convolve.
 * - tile, quad: 16 channels of 4 pixels an invocation; in quad the invocations of a quad share what they load;
 * - wide: quads of 32 channels of 8 pixels an invocation where there are enough, in workgroups of 16;
 * - block: 8 channels of 8 pixels an invocation, a workgroup shares what it loads;
 * - strip: 8 channels of 2 x 4 pixels an invocation, a load for three taps;
 * - first: 8 channels of 4 x 4 pixels of a 3x3 window over colours, a load for nine taps;
 * - winograd_: F(4x4, 3x3), with one of the first four for its products; winograd2_: F(2x2, 3x3);
 * - grouped: groups whose channels are no multiples of 4, depthwise among them;
 * - tile@128 and the like: the same in workgroups of so many invocations instead of 64.
 */
export type Algorithm =
  | Product
  | StripProduct
  | `winograd_${Product}`
  | `winograd2_${Product}`
  | 'grouped'
  | `${Sized}@${(typeof WORKGROUPS)[number]}`;

/** What runs in workgroups of any size, and the sizes besides 64 that every device has. */
type Sized = 'tile' | 'quad' | 'strip';
const WORKGROUPS = [16, 32, 128, 256] as const;

/** The window of a convolution as far as it decides on the algorithm. */
export type Taps = Pick<Window, 'kernel' | 'stride' | 'dilation'>;

interface Candidate {
  /** The kernel that multiplies. */
  readonly by: Product | StripProduct | 'grouped';
  /** The order of the filter that it reads. */
  readonly layout: FilterLayout;
  /** Invocations of a workgroup, where they are not the kernel's own number. */
  readonly workgroup?: number;
  /** Whether its kernels can do the layer on a device with these features. */
  can(w: FilterShape, taps: Taps, features: ReadonlySet<Feature>): boolean;
  /** Whether the model may choose it: of a kernel that takes seconds to compile, whether the layer gains enough by it. */
  pays(w: FilterShape): boolean;
  /** Modelled time of an output pixel, in the unit of the costs. */
  cost(w: FilterShape, taps: Taps, costs: Costs): number;
}

const all = (p: readonly number[], v: number): boolean => p.every((each) => each === v);
const area = ([h, w]: Pair): number => h * w;

/** Blocks of 4 input channels by tiles of 16 output channels, those among them that are computed in vain. */
function products(w: FilterShape, name: Product): number {
  const [depth, tiles] = [ceilDiv(w.in / w.groups, 4), filterTiles(w)];
  switch (name) {
    case 'block':
      return 16 * ceilDiv(depth, 4) * ceilDiv(tiles, 4);
    case 'wide': // takes two tiles at once, or quads where that pays
      return depth * Math.min(2 * ceilDiv(tiles, 2), WIDE_SPEED * tiles);
    default:
      return depth * tiles;
  }
}

/** Channels in from which wide invocations are worth it: with fewer, what is around their loop outweighs it. */
const WIDE_DEPTH = 16;

/** Weights from which a layer gains more by wide invocations than a net's first result waits for their kernel. */
const WIDE_WEIGHTS = 1e5;

/** Channels out from which a layer gains more by `first` than a net's first result waits for its kernel. */
const FIRST_OUT = 32;

const inTiles = (w: FilterShape): boolean =>
  w.groups === 1 || ((w.in / w.groups) % 4 === 0 && (w.out / w.groups) % 4 === 0);

/** Whether a device with these features, and a convolution of so many groups, may take a product. */
const canMultiply: Readonly<Record<Product, (w: FilterShape, features: ReadonlySet<Feature>) => boolean>> = {
  tile: () => true,
  quad: (_, features) => features.has('subgroups'),
  wide: (w, features) => features.has('subgroups') && w.groups === 1 && w.in >= WIDE_DEPTH,
  block: ({ groups }) => groups === 1,
};

/** Of the products one is slow to compile. */
const pays = (name: Product, w: FilterShape): boolean =>
  name !== 'wide' || w.in * w.out * area(w.kernel) >= WIDE_WEIGHTS;

const product = (name: Product): Candidate => ({
  by: name,
  layout: 'tiles',
  pays: (w) => pays(name, w),
  can: (w, _, features) => inTiles(w) && canMultiply[name](w, features),
  cost: (w, { kernel }, costs) => costs[name] * area(kernel) * products(w, name),
});

/** Channels in and out below which Winograd saves too little for the digits that its transforms lose. */
const WINOGRAD_CHANNELS = 16;

const winograd = (layout: WinogradLayout, name: Product): Candidate => ({
  by: name,
  layout,
  pays: (w) => pays(name, w),
  can: (w, { kernel, stride, dilation }, features) =>
    w.groups === 1 &&
    Math.min(w.in, w.out) >= WINOGRAD_CHANNELS &&
    all(kernel, 3) &&
    all([...stride, ...dilation], 1) &&
    canMultiply[name](w, features),
  cost(w, _, costs) {
    const tile = winogradTile(layout)!;
    const each = frequencies(tile) / tile ** 2;
    return each * (costs[name] * products(w, name) + costs.transform * (blocks(w.in) + blocks(w.out)));
  },
});

const strip: Candidate = {
  by: 'strip',
  layout: 'tiles',
  pays: () => true,
  can: (w, { kernel, stride, dilation }, features) =>
    features.has('subgroups') && w.groups === 1 && kernel[1] === 3 && all([...stride, ...dilation], 1),
  cost: (w, { kernel }, costs) => costs.strip * kernel[0] * blocks(w.in) * ceilDiv(w.out, 8),
};

const first: Candidate = {
  by: 'first',
  layout: 'tiles',
  can: (w, taps, features) => strip.can(w, taps, features) && w.in <= 3 && taps.kernel[0] === 3,
  pays: (w) => w.out >= FIRST_OUT,
  cost: (w, { kernel }, costs) => costs.first * kernel[0] * ceilDiv(w.out, 8),
};

const sized = <S extends Sized>(name: S, candidate: Candidate) =>
  Object.fromEntries(
    WORKGROUPS.map((workgroup) => {
      const isSmall = workgroup === 16 && name !== 'strip';
      const cost: Candidate['cost'] = (w, taps, costs) =>
        candidate.cost(w, taps, costs) * (isSmall ? costs.small : 1);
      return [`${name}@${workgroup}`, { ...candidate, workgroup, cost }];
    }),
  ) as Record<`${S}@${(typeof WORKGROUPS)[number]}`, Candidate>;

/**
 * Every way to convolve. One that can do a layer beside others is chosen by what was measured, or by its cost, the first of
 * equal ones.
 */
export const ALGORITHMS: Readonly<Record<Algorithm, Candidate>> = {
  tile: product('tile'),
  quad: product('quad'),
  wide: product('wide'),
  block: product('block'),
  strip,
  first,
  winograd_tile: winograd('winograd', 'tile'),
  winograd_quad: winograd('winograd', 'quad'),
  winograd_wide: winograd('winograd', 'wide'),
  winograd_block: winograd('winograd', 'block'),
  winograd2_tile: winograd('winograd2', 'tile'),
  winograd2_quad: winograd('winograd2', 'quad'),
  winograd2_wide: winograd('winograd2', 'wide'),
  winograd2_block: winograd('winograd2', 'block'),
  grouped: {
    by: 'grouped',
    layout: 'raw',
    can: () => true,
    pays: () => true,
    cost: () => Number.POSITIVE_INFINITY,
  },
  ...sized('tile', product('tile')),
  ...sized('quad', product('quad')),
  ...sized('strip', strip),
};
