import type { Engine } from '../../engine/engine.js';
import { fromRgba } from '../../engine/image.js';
import { crop } from '../../engine/operators.js';
import { free, type Tensor } from '../../engine/tensor.js';
import { ShapeError } from '../../errors.js';
import { imageShape, type Preprocess } from '../../ops/image.js';
import type { Shape } from '../../shape.js';
import type { HostTensor, NetInput } from '../net_options.js';
import { type Area, cutPlanes } from './area.js';

/** An input that is read window by window, so that it need not be anywhere as a whole. */
export interface WindowReader {
  /** Size of the whole. */
  readonly shape: Shape;
  /** The values of a window, [n, c, h, w]. A tensor is freed when the net has read it. */
  read(window: Area): NetInput | Promise<NetInput>;
}

/** Where a run in tiles reads: a tensor on the GPU, planar numbers of the host's, or a reader. */
export type TileSource = NetInput | WindowReader;

/** A reader of any source. */
export function readerOf(engine: Engine, name: string, source: TileSource): WindowReader {
  if ('read' in source) return source;
  const { shape } = source;
  if ('buffer' in source) {
    const read = ({ top, left, h, w }: Area): Promise<Tensor> =>
      engine.scoped(name, 0, () => crop(engine, source, { offset: [top, left], size: [h, w] }), free);
    return { shape, read };
  }
  const { data } = source;
  const { n, c, h, w } = shape;
  if (data.length !== n * c * h * w)
    throw new ShapeError(`${name}: ${data.length} values, should be ${n * c * h * w}`);
  const read = (area: Area): HostTensor => ({
    shape: { ...shape, h: area.h, w: area.w },
    data: cutPlanes(data, shape, area),
  });
  return { shape, read };
}

/**
 * A picture of the host's as a net's input, window by window.
 * @param rgba 4 * h * w bytes in rows, red first.
 */
export function rgbaReader(
  engine: Engine,
  rgba: Uint8Array | Uint8ClampedArray,
  { h, w }: { readonly h: number; readonly w: number },
  p: Preprocess,
): WindowReader {
  if (rgba.length !== 4 * h * w)
    throw new ShapeError(`picture: ${rgba.length} bytes for ${h} x ${w} pixels, should be ${4 * h * w}`);
  const read = (area: Area): Promise<Tensor> => {
    const bytes = new Uint8Array(4 * area.h * area.w);
    for (let row = 0; row < area.h; row++) {
      const at = 4 * ((area.top + row) * w + area.left);
      bytes.set(rgba.subarray(at, at + 4 * area.w), 4 * row * area.w);
    }
    return engine.scoped('picture', 0, () => fromRgba(engine, bytes, { h: area.h, w: area.w }, p), free);
  };
  return { shape: imageShape({ n: 1, h, w }, p), read };
}
