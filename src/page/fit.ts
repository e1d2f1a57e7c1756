// How a picture of any size becomes an input that a net takes, and the scores those of the picture again.
import type { Engine } from '../engine/engine.js';
import { crop, resize } from '../engine/operators.js';
import type { Tensor } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { inferShapes } from '../graph/fuse.js';
import type { RgbaImage } from '../image/image.js';
import { ceilDiv, type Pair } from '../shape.js';
import { stretch } from './stretch.js';

/** Height and width, in pixels, of a picture on its way into a net. */
export interface Fit {
  readonly picture: Pair;
  /** Stretched to this. */
  readonly stretched: Pair;
  /** With its last row and column repeated up to this: a size that the net takes. */
  readonly input: Pair;
}

/** Nets with strides and skips that do not crop take sizes that are multiples of some of these. */
const MULTIPLES = [1, 2, 4, 8, 16, 32, 64] as const;

const equal = (a: Pair, b: Pair): boolean => a[0] === b[0] && a[1] === b[1];

const show = (size: Pair): string => size.join(' x ');

/**
 * Finds a size that a net takes: the picture's own, `size` or the one size that the net has, rounded up to a
 * multiple of a power of two where the net fails at the size itself.
 * @throws ShapeError of the size itself where no multiple up to 64 does
 */
export function fit(graph: Graph, picture: Pair, size?: Pair): Fit {
  const [node] = graph.inputs;
  const stretched = size ?? node!.size ?? picture;
  let first: ShapeError | null = null;
  for (const multiple of MULTIPLES) {
    const [h, w] = stretched.map((pixels) => multiple * ceilDiv(pixels, multiple)) as [number, number];
    try {
      inferShapes(graph, { [node!.name]: { n: 1, c: node!.channels, h, w } });
      return { picture, stretched, input: [h, w] };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** The picture as the net takes it. */
export async function fitPicture(engine: Engine, picture: RgbaImage, f: Fit): Promise<RgbaImage> {
  const sized = equal(f.stretched, f.picture) ? picture : await stretch(engine, picture, f.stretched);
  if (equal(f.input, f.stretched)) return sized;
  const [height, width] = f.input;
  const rgba = new Uint8Array(4 * height * width);
  for (let row = 0; row < height; row++) {
    const from = Math.min(row, sized.height - 1) * sized.width;
    const line = sized.rgba.subarray(4 * from, 4 * (from + sized.width));
    rgba.set(line, 4 * row * width);
    for (let column = sized.width; column < width; column++)
      rgba.set(line.subarray(-4), 4 * (row * width + column));
  }
  return { width, height, rgba };
}

/**
 * The scores of the picture's pixels from those of the net's input, which it frees: cropped, and interpolated
 * where the picture was stretched.
 * @throws ShapeError for scores of another size than the input's.
 */
export function fitScores(engine: Engine, scores: Tensor, f: Fit): Tensor {
  const { h, w } = scores.shape;
  if (!equal([h, w], f.input))
    throw new ShapeError(
      `scores of ${show([h, w])} cells for ${show(f.input)} pixels, should be one for each pixel`,
    );
  let y = scores;
  const replace = (made: Tensor) => {
    y.buffer.destroy();
    y = made;
  };
  if (!equal(f.stretched, f.input)) replace(crop(engine, y, { offset: [0, 0], size: f.stretched }));
  if (!equal(f.picture, f.stretched))
    replace(resize(engine, y, { mode: 'bilinear', coordinates: 'half_pixel', size: f.picture }));
  return y;
}
