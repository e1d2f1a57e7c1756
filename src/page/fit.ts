// How a picture of any size becomes an input that a net takes, and the scores those of the picture again.
import type { Engine } from '../engine/engine.js';
import { crop, resize } from '../engine/operators.js';
import type { Tensor } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { inferShapes } from '../graph/fuse.js';
import { ceilDiv, type Pair } from '../shape.js';

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

const BETWEEN = { mode: 'bilinear', coordinates: 'half_pixel' } as const;

/** At the scale of 1, cells beyond the map are its last. */
const REPEAT = { mode: 'nearest', coordinates: 'asymmetric', scale: 1 } as const;

const equal = (a: Pair, b: Pair): boolean => a[0] === b[0] && a[1] === b[1];

const show = (size: Pair): string => size.join(' x ');

/** The new tensor for the old, which is freed. */
function replaced(old: Tensor, made: Tensor): Tensor {
  old.buffer.destroy();
  return made;
}

/** What to fit a picture to. */
export interface FitOptions {
  /** Height and width to stretch it to; the one size that the net has, or its own, by default. */
  readonly size?: Pair | undefined;
  /** Names of the outputs that score its pixels; the net's first by default. */
  readonly outputs?: readonly string[];
  /** Whether they score the picture as a whole, by one cell. */
  readonly whole?: boolean;
}

/**
 * Finds a size that a net takes, and gives scores of: the picture's own or the one to stretch to, rounded up to a
 * multiple of a power of two where the net fails at the size itself.
 * @throws ShapeError of the size itself where no multiple up to 64 does
 */
export function fit(graph: Graph, picture: Pair, { size, outputs, whole = false }: FitOptions = {}): Fit {
  const stretched = size ?? graph.inputs.find((input) => input.size)?.size ?? picture;
  const scored = outputs ?? [...graph.outputs.keys()].slice(0, 1);
  let first: ShapeError | null = null;
  for (const multiple of MULTIPLES) {
    const input: Pair = [
      multiple * ceilDiv(stretched[0], multiple),
      multiple * ceilDiv(stretched[1], multiple),
    ];
    try {
      checkSize(graph, scored, input, whole);
      return { picture, stretched, input };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

function checkSize(graph: Graph, scored: readonly string[], input: Pair, whole: boolean): void {
  const [h, w] = input;
  const given = graph.inputs.map(({ name, channels: c }) => [name, { n: 1, c, h, w }] as const);
  const shapes = inferShapes(graph, Object.fromEntries(given));
  for (const name of scored) {
    const y = shapes.get(graph.outputs.get(name)!)!;
    if (!equal([y.h, y.w], whole ? [1, 1] : input))
      throw new ShapeError(
        `output '${name}': ${show([y.h, y.w])} cells for ${show(input)} pixels, should be one${whole ? '' : ' for each pixel'}`,
      );
  }
}

/** Whether pixels of the picture are pixels of the net's input. */
export const isOwnSize = (f: Fit): boolean => equal(f.stretched, f.picture);

/** The net's input of a picture's own, which it frees: stretched, and its last row and column repeated. */
export function fitInput(engine: Engine, x: Tensor, f: Fit): Tensor {
  const stretched = isOwnSize(f)
    ? x
    : replaced(x, resize(engine, x, { ...BETWEEN, antialias: true, size: f.stretched }));
  return equal(f.input, f.stretched)
    ? stretched
    : replaced(stretched, resize(engine, stretched, { ...REPEAT, size: f.input }));
}

/**
 * The scores of the picture's pixels from those of the net's input, which it frees: cropped, and interpolated
 * where the picture was stretched.
 */
export function fitScores(engine: Engine, scores: Tensor, f: Fit): Tensor {
  const own = equal(f.stretched, f.input)
    ? scores
    : replaced(scores, crop(engine, scores, { offset: [0, 0], size: f.stretched }));
  return isOwnSize(f) ? own : replaced(own, resize(engine, own, { ...BETWEEN, size: f.picture }));
}

/** The labels of the picture's pixels from those of the input of a net that takes them at their own size. */
export function fitLabels(labels: Uint32Array, { picture: [h, w], input }: Fit): Uint32Array {
  const fitted = new Uint32Array(h * w);
  for (let row = 0; row < h; row++) fitted.set(labels.subarray(row * input[1], row * input[1] + w), row * w);
  return fitted;
}
