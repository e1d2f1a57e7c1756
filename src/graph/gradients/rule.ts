import type { Attrs } from '../kinds.js';
import type { KindName, Node } from '../node.js';

/** Adds layers to a graph under names of its choice. */
export interface Tape {
  /** @param name what the layer is for; made unique */
  add<K extends KindName>(kind: K, name: string, inputs: readonly Node[], attrs: Attrs[K]): Node<K>;
}

/** What a layer's gradient is made from. */
export interface Back<K extends KindName> {
  readonly tape: Tape;
  readonly node: Node<K>;
  readonly attrs: Attrs[K];
  /** Gradient with respect to the layer's map, of its size. */
  readonly dy: Node;
  /** Whether the gradient with respect to input number i is wanted. */
  readonly wants: (i: number) => boolean;
}

/**
 * Adds the layers that compute the gradients with respect to the inputs, from dy and from maps of the forward
 * pass. Returns one for each input, null where it is not wanted.
 */
export type GradientRule<K extends KindName> = (b: Back<K>) => readonly (Node | null)[];

/** The rules of a family of kinds. */
export type GradientRules<A> = { readonly [K in keyof A & KindName]: GradientRule<K> };

/** The rule of a function of steps, such as a comparison: its derivative is 0 wherever it has one. */
export const flat: GradientRule<KindName> = ({ node }) => node.inputs.map(() => null);

/** dy where y is positive: back through a ReLU that a layer has taken in. */
export const throughRelu = ({ tape, node, dy }: Back<KindName>): Node =>
  tape.add('activation_gradient', `${node.name} relu`, [node, dy], { from: 'y', kind: 'relu', slope: 0 });

/** A map times a factor. */
export const times = (tape: Tape, name: string, x: Node, factor: number): Node =>
  factor === 1 ? x : tape.add('sum', name, [x], { coefficients: [factor] });

/** The sum of each channel over all pixels of all images, [1, C, 1, 1]. */
export const sumOverPixels = (tape: Tape, name: string, x: Node): Node =>
  tape.add('reduce', name, [x], { op: 'sum', axes: ['w', 'h', 'n'] });
