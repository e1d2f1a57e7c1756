import type { Elem } from '../dispatch.js';
import { LimitError, ShapeError } from '../errors.js';
import {
  checkFilter,
  dividedParts,
  type FilterLayout,
  type FilterPart,
  type FilterShape,
  filterSize,
  filterTiles,
  type PackedFilter,
  packTiles,
  rawRange,
  splitTiles,
  tileBytes,
} from '../lower/filter.js';
import { whole } from '../lower/lowering.js';
import type { Engine } from './engine.js';
import { type Recording, recorded } from './recording.js';
import { STAGING } from './staging.js';

/** A convolution's weights on the GPU, in the order of the kernel that will read them. */
export interface Filter extends PackedFilter<GPUBuffer> {
  readonly elem: Elem;
}

/**
 * Packs raw weights for a kernel: [out, in/groups, kh, kw], or [in, out/groups, kh, kw] where transposed.
 * A filter beyond a binding comes in parts, each packed from its own slice of the data.
 */
export function uploadFilter(
  engine: Engine,
  data: Float32Array | GPUBuffer,
  shape: FilterShape,
  layout: FilterLayout,
  elem: Elem = 'f32',
  label = 'filter',
): Filter {
  const filter = emptyFilter(engine, shape, layout, elem, label);
  for (const _ of filterPieces(engine, data, filter, label));
  return filter;
}

/** A filter with undefined content. */
export function emptyFilter(
  engine: Engine,
  shape: FilterShape,
  layout: FilterLayout,
  elem: Elem,
  label: string,
): Filter {
  checkFilter(label, shape);
  const parts = splitTiles(label, shape, layout, elem, engine.limits).map((part): FilterPart<GPUBuffer> => {
    const bytes = part.count * tileBytes(shape, layout, elem);
    return { view: whole(engine.buffer(bytes, label), bytes), ...part };
  });
  return { layout, shape, elem, parts };
}

/**
 * Packs raw weights into a filter, a piece at each step, whose bytes it yields: what carries a piece to the device
 * may be gone before the next one is sent.
 */
export function* filterPieces(
  engine: Engine,
  data: Float32Array | GPUBuffer,
  { shape, layout, elem, parts }: Filter,
  label: string,
): Generator<number> {
  const onHost = data instanceof Float32Array;
  const size = filterSize(shape);
  const have = onHost ? data.length : data.size / 4;
  if (have < size || (onHost && have !== size))
    throw new ShapeError(`${label}: ${have} values, should be ${size}`);
  if (layout === 'raw') {
    copyRaw(engine, data, parts[0]!.view.buffer, size * 4);
    yield size * 4;
    return;
  }
  // A transposed filter is read whole, and the frequencies of Winograd lie before the tiles of a part, so that it is
  // packed whole. An even number of tiles ends on the alignment, in f16 too.
  const { bindingBytes } = engine.limits;
  const pair = 2 * Math.ceil(shape.out / filterTiles(shape)) * (size / shape.out) * 4;
  const pairs = Math.max(1, Math.floor(Math.min(STAGING, bindingBytes) / pair));
  const divides = onHost && !shape.transposed && layout === 'tiles';
  const most = divides ? 2 * pairs : filterTiles(shape);
  for (const { view, origin = 0, ...tiles } of dividedParts(parts, most)) {
    const [from, to] = rawRange(shape, tiles);
    recorded(engine, (r) => {
      const at = (tiles.first - origin) * tileBytes(shape, layout, elem);
      r.add([packTiles(shape, layout, elem, tiles, rawView(r, data, from, to, label), view.buffer, at)]);
    });
    yield (to - from) * 4;
  }
}

function copyRaw(engine: Engine, data: Float32Array | GPUBuffer, to: GPUBuffer, bytes: number): void {
  const { queue } = engine.device;
  if (data instanceof Float32Array) {
    queue.writeBuffer(to, 0, data as Float32Array<ArrayBuffer>);
    return;
  }
  const encoder = engine.device.createCommandEncoder();
  encoder.copyBufferToBuffer(data, 0, to, 0, bytes);
  queue.submit([encoder.finish()]);
}

/** Elements [from, to) of raw weights as a view, and the index of the view's first element. */
function rawView(r: Recording, data: Float32Array | GPUBuffer, from: number, to: number, label: string) {
  const { limits, device } = r.engine;
  const size = (to - from) * 4;
  if (size > limits.bindingBytes)
    throw new LimitError(
      `${label}: the raw filter takes ${size} bytes, a binding holds ${limits.bindingBytes}`,
      size,
      limits.bindingBytes,
      'ask for a device with a larger maxStorageBufferBindingSize',
    );
  if (data instanceof Float32Array) {
    const buffer = r.temporary(size, 'raw filter');
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>, from, to - from);
    return { view: whole(buffer, size), base: from };
  }
  const offset = Math.floor((from * 4) / limits.alignment) * limits.alignment;
  return { view: { buffer: data, offset, size: to * 4 - offset }, base: offset / 4 };
}
