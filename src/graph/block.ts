import type { Elem, View } from '../dispatch.js';
import type { Limits } from '../limits.js';
import type { Choosing } from '../lower/choosing.js';
import { type PackedFilter, splitTiles, tileBytes } from '../lower/filter.js';
import { whole } from '../lower/lowering.js';
import { blocks } from '../shape.js';
import type { Layer } from './fuse.js';
import { KINDS } from './kinds.js';
import type { Kind } from './node.js';

/** Memory that a plan speaks of before it exists. Identity is by object. */
export interface Block {
  readonly label: string;
  readonly bytes: number;
  /**
   * - input, output: a tensor of the caller's;
   * - map, scratch: lives for some steps and shares a buffer with others;
   * - weights: made once per net, whatever the size of the image;
   * - constant: host data that a plan brings along.
   */
  readonly role: 'input' | 'output' | 'map' | 'scratch' | 'weights' | 'constant';
  readonly data?: Float32Array | Uint32Array;
}

/** The weights of one layer as blocks. */
export interface LayerWeights {
  readonly filter: PackedFilter<Block> | null;
  readonly vectors: Readonly<Record<string, View<Block>>>;
}

/** What decides on the order and the parts of filters. */
export interface WeightsOptions extends Partial<Choosing> {
  readonly limits: Limits;
  readonly elem: Elem;
}

/** The order and the parts of every layer's weights: they depend on the graph and the device, not on the image. */
export function layoutWeights(layers: readonly Layer[], o: WeightsOptions): Map<Layer, LayerWeights> {
  return new Map(layers.map((layer) => [layer, layoutLayer(layer, o)]));
}

function layoutLayer(layer: Layer, o: WeightsOptions): LayerWeights {
  const { limits, elem } = o;
  const rule = KINDS[layer.kind] as Kind<unknown>;
  const wanted = rule.filter?.(layer.attrs, o);
  const vectors: Record<string, View<Block>> = {};
  for (const [name, length] of Object.entries((rule.derived?.vectors ?? rule.vectors)?.(layer.attrs) ?? {})) {
    const bytes = blocks(length) * 16;
    vectors[name] = whole({ label: `${layer.name}.${name}`, bytes, role: 'weights' }, bytes);
  }
  if (!wanted) return { filter: null, vectors };
  const { shape, layout } = wanted;
  const parts = splitTiles(layer.name, shape, layout, elem, limits).map((part) => {
    const bytes = part.count * tileBytes(shape, layout, elem);
    return {
      ...part,
      view: whole({ label: `${layer.name}.weight`, bytes, role: 'weights' } as Block, bytes),
    };
  });
  return { filter: { shape, layout, parts }, vectors };
}
