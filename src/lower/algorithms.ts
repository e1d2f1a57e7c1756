import type { Elem } from '../dispatch.js';
import type { Feature } from '../limits.js';
import { blocks, ceilDiv, type Pair, type Window } from '../shape.js';
import { type CostModel, type Costs, UNKNOWN } from './costs.js';
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

/** Milliseconds of every algorithm that was timed and found right, by `convClass`. */
export type Times = Readonly<Record<string, { readonly ms: Readonly<Partial<Record<Algorithm, number>>> }>>;

/** What decides on the algorithm besides the layer. */
export interface Choosing {
  /** Storage type of maps and filters. */
  readonly elem: Elem;
  /** low keeps to kernels without transformed filters and without scratch, and packs maps beside one another. */
  readonly memory: 'fast' | 'low';
  readonly features: ReadonlySet<Feature>;
  /** How fast the adapter is: by the cost model, and as it was measured. */
  readonly speed: CostModel & { readonly times?: Times };
}

/** For what is not said: a device without optional features. */
const DEFAULTS: Choosing = {
  elem: 'f32',
  memory: 'fast',
  features: new Set(),
  speed: UNKNOWN,
};

/** All that decides, with defaults filled in. */
export const choosing = ({ elem, memory, features, speed }: Partial<Choosing> = {}): Choosing => ({
  elem: elem ?? DEFAULTS.elem,
  memory: memory ?? DEFAULTS.memory,
  features: features ?? DEFAULTS.features,
  speed: speed ?? DEFAULTS.speed,
});

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
  readonly pays?: ((w: FilterShape) => boolean) | undefined;
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
const pays = (name: Product): Candidate['pays'] =>
  name === 'wide' ? (w) => w.in * w.out * area(w.kernel) >= WIDE_WEIGHTS : undefined;

const product = (name: Product): Candidate => ({
  by: name,
  layout: 'tiles',
  pays: pays(name),
  can: (w, _, features) => inTiles(w) && canMultiply[name](w, features),
  cost: (w, { kernel }, costs) => costs[name] * area(kernel) * products(w, name),
});

/** Channels in and out below which Winograd saves too little for the digits that its transforms lose. */
const WINOGRAD_CHANNELS = 16;

const winograd = (layout: WinogradLayout, name: Product): Candidate => ({
  by: name,
  layout,
  pays: pays(name),
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
  grouped: { by: 'grouped', layout: 'raw', can: () => true, cost: () => Number.POSITIVE_INFINITY },
  ...sized('tile', product('tile')),
  ...sized('quad', product('quad')),
  ...sized('strip', strip),
};

const NAMES = Object.keys(ALGORITHMS) as Algorithm[];

/**
 * What a choice depends on, for records of times. The size of the map is no part of it: a filter is packed once for
 * every size, and a window of an image is convolved as the whole would be.
 */
export const convClass = (w: FilterShape, { kernel, stride, dilation }: Taps, elem: Elem): string =>
  `${kernel.join('x')} ${w.in}>${w.out} stride ${stride.join('x')} dilation ${dilation.join('x')} groups ${w.groups} ${elem}`;

const CLASS = /^(\d+)x(\d+) (\d+)>(\d+) stride (\d+)x(\d+) dilation (\d+)x(\d+) groups (\d+) (f32|f16)$/;

/** The convolution of a class; null for a text that `convClass` does not make. */
export function parseConvClass(text: string): { w: FilterShape; taps: Taps; elem: Elem } | null {
  const found = CLASS.exec(text);
  if (!found) return null;
  const [kh, kw, inputs, out, sh, sw, dh, dw, groups] = found.slice(1, 10).map(Number) as number[];
  return {
    w: { out: out!, in: inputs!, kernel: [kh!, kw!], groups: groups!, transposed: false },
    taps: { kernel: [kh!, kw!], stride: [sh!, sw!], dilation: [dh!, dw!] },
    elem: found[10] as Elem,
  };
}

/**
 * The algorithms among which a layer may choose. In f16 the 36 frequencies of F(4x4, 3x3) would be off by 1e-2 of the
 * largest value, so it takes f32.
 * @param layout of a filter that is packed already.
 */
export function algorithmsFor(
  w: FilterShape,
  taps: Taps,
  o: Partial<Choosing> = {},
  layout?: FilterLayout,
): Algorithm[] {
  const { elem, memory, features } = choosing(o);
  const allowed = (order: FilterLayout) =>
    layout
      ? order === layout
      : !winogradTile(order) || (memory === 'fast' && (elem === 'f32' || order === 'winograd2'));
  const able = NAMES.filter(
    (name) => allowed(ALGORITHMS[name].layout) && ALGORITHMS[name].can(w, taps, features),
  );
  // What can do all is slow, and for what nothing else can do.
  return able.length > 1 ? able.filter((name) => name !== 'grouped') : able;
}

/**
 * The algorithms that are worth timing for a layer: of at most `factor` times the least modelled cost, by default the model's.
 * Sizes of workgroups other than the kernel's own are worth it where everything is, or where the model would choose one.
 */
export function plausible(
  w: FilterShape,
  taps: Taps,
  o: Partial<Choosing> = {},
  factor = choosing(o).speed.plausible,
): Algorithm[] {
  const able = algorithmsFor(w, taps, o);
  const cost = (name: Algorithm) => ALGORITHMS[name].cost(w, taps, choosing(o).speed.costs);
  const modelled = least(paying(able, w), cost);
  const bound = factor * cost(modelled);
  return bound === Number.POSITIVE_INFINITY
    ? able
    : able.filter((name) => name === modelled || (cost(name) <= bound && !ALGORITHMS[name].workgroup));
}

/** The algorithm that took least time where the layer's class was timed, else the one of least modelled cost. */
export function chooseAlgorithm(
  w: FilterShape,
  taps: Taps,
  o: Partial<Choosing> = {},
  layout?: FilterLayout,
): Algorithm {
  const { elem, speed } = choosing(o);
  const able = algorithmsFor(w, taps, o, layout);
  const ms = speed.times?.[convClass(w, taps, elem)]?.ms ?? {};
  const timed = able.filter((name) => ms[name] !== undefined);
  return timed.length > 0
    ? least(timed, (name) => ms[name]!)
    : least(paying(able, w), (name) => ALGORITHMS[name].cost(w, taps, speed.costs));
}

/** Those that the model may choose. */
export const paying = (names: readonly Algorithm[], w: FilterShape): Algorithm[] =>
  names.filter((name) => ALGORITHMS[name].pays?.(w) ?? true);

const least = <T>(values: readonly T[], of: (value: T) => number): T =>
  values.reduce((best, value) => (of(value) < of(best) ? value : best));
