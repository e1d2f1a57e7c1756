import type { Elem } from '../dispatch.js';
import type { Feature } from '../limits.js';
import { ALGORITHMS, type Algorithm, type Taps } from './algorithms.js';
import { type CostModel, type Costs, UNKNOWN } from './costs.js';
import { type FilterLayout, type FilterShape, winogradTile } from './filter.js';

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
  const { costs } = choosing(o).speed;
  const cost = (name: Algorithm) => ALGORITHMS[name].cost(w, taps, costs);
  const modelled = modelledBest(able, w, taps, costs);
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
  return timed.length > 0 ? least(timed, (name) => ms[name]!) : modelledBest(able, w, taps, speed.costs);
}

/** The one of least modelled cost among those that pay, or among all where none does. */
export function modelledBest(
  names: readonly Algorithm[],
  w: FilterShape,
  taps: Taps,
  costs: Costs,
): Algorithm {
  const paying = names.filter((name) => ALGORITHMS[name].pays(w));
  return least(paying.length > 0 ? paying : names, (name) => ALGORITHMS[name].cost(w, taps, costs));
}

const least = <T>(values: readonly T[], of: (value: T) => number): T =>
  values.reduce((best, value) => (of(value) < of(best) ? value : best));
