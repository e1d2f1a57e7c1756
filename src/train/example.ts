import { type DataSet, inputValues, type Sample } from '../data/dataset.js';
import { DataError, ShapeError } from '../errors.js';
import type { Pair, Shape } from '../shape.js';
import { draw, STREAMS } from './draw.js';
import type { Batch } from './trainer_options.js';

/** A map of a sample: an input of the net, or labels. */
export interface ExampleMap {
  readonly name: string;
  readonly channels: number;
  /** [channels, h, w], or [channels, 1, 1] where it is of the picture as a whole: such a map is never moved. */
  readonly values: Float32Array;
  /** What stands where a moved picture leaves nothing: the mean colour, or the label that does not count. */
  readonly outside: number;
}

/** A sample as a net learns from it. */
export interface Example {
  readonly id: string;
  readonly h: number;
  readonly w: number;
  readonly maps: readonly ExampleMap[];
}

/** Rows and columns of a map of an example. */
const sizeOf = ({ h, w }: Example, { values, channels }: ExampleMap): Pair =>
  values.length === channels ? [1, 1] : [h, w];

/** The name under which a trainer takes the labels of a head. */
export const labelName = (suffix: string): string => `label${suffix}`;

/** The numbers of a sample: preprocessed pictures, and labels of each head. */
export const exampleOf = (set: Pick<DataSet, 'inputs' | 'heads'>, s: Sample): Example => ({
  id: s.id,
  h: s.h,
  w: s.w,
  maps: [
    ...set.inputs.map((input, i) => ({
      name: input.name,
      channels: input.channels,
      values: inputValues(s.pictures[i]!, input),
      outside: 0,
    })),
    ...set.heads.map(({ suffix, ignore }, i) => ({
      name: labelName(suffix),
      channels: 1,
      values: Float32Array.from(s.labels[i]!),
      outside: ignore,
    })),
  ],
});

/** Left and right exchanged, and moved down and to the right by whole pixels. */
export function moved(e: Example, mirrored: boolean, [dy, dx]: Pair): Example {
  if (!mirrored && dy === 0 && dx === 0) return e;
  const { h, w } = e;
  const maps = e.maps.map((map): ExampleMap => {
    if (map.values.length === map.channels) return map;
    const values = new Float32Array(map.values.length).fill(map.outside);
    for (let plane = 0; plane < map.channels; plane++)
      for (let y = Math.max(0, dy); y < Math.min(h, h + dy); y++) {
        const [to, from] = [(plane * h + y) * w, (plane * h + y - dy) * w];
        for (let x = Math.max(0, dx); x < Math.min(w, w + dx); x++)
          values[to + x] = map.values[from + (mirrored ? w - 1 - (x - dx) : x - dx)]!;
      }
    return { ...map, values };
  });
  return { ...e, maps };
}

/** How samples are varied: section 4.3 of the paper mirrors at random and moves by up to 32 pixels. */
export interface Augmentation {
  readonly mirror?: boolean;
  /** Most pixels in each direction. A shift below the net's stride also moves the grid of its cells. */
  readonly jitter?: number;
}

/** The example as it comes at a position of a run. */
export function augmented(
  e: Example,
  { mirror = false, jitter = 0 }: Augmentation,
  seed: number,
  position: number,
) {
  if (!Number.isSafeInteger(jitter) || jitter < 0)
    throw new ShapeError(`jitter: ${jitter} pixels, should be a whole number from 0`);
  const shift = (stream: number) => Math.floor(draw(seed, stream, position) * (2 * jitter + 1)) - jitter;
  return moved(e, mirror && draw(seed, STREAMS.mirror, position) < 0.5, [
    shift(STREAMS.jitterY),
    shift(STREAMS.jitterX),
  ]);
}

/** Examples of one size as what a trainer takes. @throws DataError where sizes differ */
export function batchOf(examples: readonly Example[]): Batch {
  const [first] = examples as [Example];
  for (const e of examples)
    if (e.h !== first.h || e.w !== first.w)
      throw new DataError(
        `${e.h} x ${e.w} pixels beside ${first.h} x ${first.w} of ${first.id}, a batch of unlike sizes should be as many batches of one`,
        e.id,
      );
  return Object.fromEntries(
    first.maps.map((map, k) => {
      const { name, channels } = map;
      const [h, w] = sizeOf(first, map);
      const shape: Shape = { n: examples.length, c: channels, h, w };
      const data = new Float32Array(shape.n * shape.c * shape.h * shape.w);
      for (const [i, e] of examples.entries()) data.set(e.maps[k]!.values, i * e.maps[k]!.values.length);
      return [name, { shape, data }];
    }),
  );
}
