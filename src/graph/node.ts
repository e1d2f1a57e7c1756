import type { CoordMap } from '../coords.js';
import type { Dispatch, ElemType, View } from '../dispatch.js';
import type { Choosing } from '../lower/choosing.js';
import type { FilterLayout, FilterShape, PackedFilter } from '../lower/filter.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import type { Pair, Shape } from '../shape.js';
import type { Reach, ReachContext } from './kinds/reach.js';
import type { Attrs, LayerAttrs } from './kinds.js';

/** What a layer does: `conv2d`, `max_pool`, ... */
export type KindName = keyof Attrs;

/** The kinds that a net is written in; the others come from training, and stand in no file. */
export type LayerKind = keyof LayerAttrs;

/** One layer of a graph. Nodes are immutable; rewrites make new ones. */
export interface Node<K extends KindName = KindName> {
  /** The layer's name, as in the paper; its weights are `<name>.weight`, `<name>.bias`. */
  readonly name: string;
  readonly kind: K;
  readonly attrs: Attrs[K];
  readonly inputs: readonly Node[];
  readonly channels: number;
  /** Where the map lies over the image; null where its inputs do not lie alike. */
  readonly coords: CoordMap | null;
  /** Height and width, known where the graph's inputs have a fixed size. */
  readonly size: Pair | null;
  /** Images, known where the graph's inputs have a fixed number of them. */
  readonly batch: number | null;
}

/** A layer's tensors while it is lowered. */
export interface Operands<B> {
  readonly inputs: readonly Operand<B>[];
  readonly y: Operand<B>;
  readonly filter: PackedFilter<B> | null;
  /** Per-channel values by name, as [C/4] of vec4<f32>. */
  readonly vectors: Readonly<Record<string, View<B>>>;
}

/** What the graph must know of a kind of layer. */
export interface Kind<A> {
  /** Storage type of the map where it is not that of the net: labels are u32. */
  readonly elem?: ElemType;
  /** How many inputs it reads; the rest only lend their size. All by default. */
  readonly reads?: number;
  /** Channels of the output; the first input's by default. */
  channels?(inputs: readonly number[], attrs: A): number;
  /** Size of the output. Errors begin with `name`. */
  shape(name: string, inputs: readonly Shape[], attrs: A): Shape;
  /** Where the output lies over the image; the first input's place by default. */
  coords?(inputs: readonly CoordMap[], attrs: A): CoordMap | null;
  /**
   * On which cells of the maps that it reads its cells depend, along an axis; null, or none, where they depend on
   * the whole map or on its size.
   */
  reach?(attrs: A, where: ReachContext): Reach | null;
  filter?(attrs: A, where: Partial<Choosing>): { shape: FilterShape; layout: FilterLayout };
  /** Length of each per-channel tensor, by name. */
  vectors?(attrs: A): Readonly<Record<string, number>>;
  /** Those of the vectors that are measured, not learned. */
  readonly statistics?: readonly string[];
  /** The tensors that run, where they follow from those above: their lengths and their values. */
  readonly derived?: {
    vectors(attrs: A): Readonly<Record<string, number>>;
    values(attrs: A, stored: Readonly<Record<string, Float32Array>>): Readonly<Record<string, Float32Array>>;
  };
  /** FLOPs of the definition. */
  flops?(y: Shape, inputs: readonly Shape[], attrs: A): number;
  lower<B>(ctx: Lowering<B>, t: Operands<B>, attrs: A): Dispatch<B>[];
}

/** A family of kinds, by name. */
export type Kinds<A> = { readonly [K in keyof A]: Kind<A[K]> };
