import type { Elem } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { emptyFilter, filterPieces } from '../engine/filter.js';
import { STAGING } from '../engine/staging.js';
import { uploadVector } from '../engine/tensor.js';
import { WeightsError } from '../errors.js';
import { filterSize } from '../lower/filter.js';
import { foldScale } from '../ops/batch_norm.js';
import { checkFiniteTensor, type Weights } from '../weights/weights.js';
import type { Block, LayerWeights } from './block.js';
import type { Layer } from './fuse.js';
import { KINDS } from './kinds.js';
import type { Kind } from './node.js';

/** The layer's numbers as its kernels expect them. */
interface LayerData {
  readonly filter: Float32Array | null;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Reads one tensor. @throws WeightsError where it is missing, of another size, or not finite. */
export function tensorData(weights: Weights, name: string, size: number): Float32Array {
  const tensor = weights.get(name);
  if (!tensor) throw new WeightsError(`${name}: missing, should have ${size} values`, name);
  const { data, dims } = tensor;
  if (data.length !== size)
    throw new WeightsError(`${name}: ${data.length} values [${dims.join(', ')}], should be ${size}`, name);
  checkFiniteTensor(name, data);
  return data;
}

/**
 * Checks everything that one layer needs of a net's weights.
 * @returns what makes its numbers: those of the caller, or, where a scale behind it is folded in, new ones.
 */
function layerData(layer: Layer, shapes: LayerWeights, weights: Weights): () => LayerData {
  const shape = shapes.filter?.shape;
  const filter = shape ? tensorData(weights, `${layer.name}.weight`, filterSize(shape)) : null;
  if (layer.fold && shape && filter) {
    const own = layer.fold.bias ? tensorData(weights, `${layer.name}.bias`, shape.out) : null;
    const { weight: scale, bias = new Float32Array(shape.out) } = vectorData(layer.fold.layer, weights);
    return () => {
      const folded = foldScale(filter, own, shape, { scale: scale!, bias });
      return { filter: folded.w, vectors: { bias: folded.b } };
    };
  }
  const vectors = vectorData(layer, weights);
  return () => ({ filter, vectors });
}

/** The per-channel tensors that a layer runs with. */
function vectorData(layer: Layer, weights: Weights): LayerData['vectors'] {
  const rule = KINDS[layer.kind] as Kind<unknown>;
  const stored: Record<string, Float32Array> = {};
  for (const [name, length] of Object.entries(rule.vectors?.(layer.attrs) ?? {})) {
    stored[name] = tensorData(weights, `${layer.name}.${name}`, length);
  }
  return rule.derived?.values(layer.attrs, stored) ?? stored;
}

/** Uploads one layer's weights into new buffers, a piece at each step, whose bytes it yields. */
function* layerPieces(
  engine: Engine,
  layer: Layer,
  shapes: LayerWeights,
  data: LayerData,
  o: UploadOptions,
): Generator<number> {
  if (shapes.filter) {
    const { shape, layout, parts } = shapes.filter;
    const label = `${layer.name}.weight`;
    const filter = emptyFilter(engine, shape, layout, o.elem, label);
    for (const [i, part] of parts.entries()) o.made(part.view.buffer, filter.parts[i]!.view.buffer);
    yield* filterPieces(engine, data.filter!, filter, label);
  }
  for (const [name, view] of Object.entries(shapes.vectors)) {
    const values = data.vectors[name]!;
    o.made(view.buffer, uploadVector(engine, values, values.length, `${layer.name}.${name}`).buffer);
  }
}

/** How to upload weights. */
export interface UploadOptions {
  readonly weights: Weights;
  readonly elem: Elem;
  /** Told of every buffer, before it is filled. */
  readonly made: (block: Block, buffer: GPUBuffer) => void;
  readonly onLayer: (name: string, done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Puts weights on the device straight from the caller's arrays: only folded filters exist twice, one at a time, and
 * no more than `STAGING` bytes are on their way at once, but for a piece. All is checked before the first byte goes.
 */
export async function uploadWeights(
  engine: Engine,
  layout: ReadonlyMap<Layer, LayerWeights>,
  o: UploadOptions,
): Promise<void> {
  const layers = [...layout].filter(([, w]) => w.filter || Object.keys(w.vectors).length > 0);
  const loads = layers.map(([layer, shapes]) => layerData(layer, shapes, o.weights));
  let sent = 0;
  const arrived = () => engine.alive(engine.device.queue.onSubmittedWorkDone());
  for (const [i, [layer, shapes]] of layers.entries()) {
    const data = loads[i]!();
    const pieces = layerPieces(engine, layer, shapes, data, o);
    for (let done = false; !done; ) {
      o.signal?.throwIfAborted();
      const bytes = data.filter?.byteLength ?? 0;
      const piece = await engine.scoped(`${layer.name}.weight`, bytes, () => pieces.next());
      done = piece.done ?? false;
      sent += piece.value ?? 0;
      if (sent < STAGING) continue;
      await arrived();
      sent = 0;
    }
    o.onLayer(layer.name, i + 1, layers.length);
  }
  await arrived();
}
