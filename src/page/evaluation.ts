// Which input of a net stands for which of a data set.
import type { DataSet, PlanarImage } from '../data/dataset.js';
import type { Engine } from '../engine/engine.js';
import { fromRgba } from '../engine/image.js';
import { type Tensor, upload } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import { imageShape, type Preprocess } from '../ops/image.js';
import type { Model } from './model.js';

/** What one input of a net is fed: one of a sample's pictures. */
export interface Feed {
  readonly input: string;
  /** Of the sample's pictures. */
  readonly index: number;
  /** Null for planar values. */
  readonly preprocess: Preprocess | null;
}

const names = (given: Iterable<string>): string => [...given].join(', ');

/**
 * Inputs are matched by name, or as the only ones. A net of one input is fed by its own preprocessing where its
 * file says it, others as the data set says.
 * @throws ShapeError for an input that the data set does not have, or of other channels.
 */
export function feedsOf({ graph, preprocess, preprocessGiven }: Model, data: DataSet): Feed[] {
  const only = graph.inputs.length === 1 && data.inputs.length === 1;
  return graph.inputs.map(({ name, channels }) => {
    const index = only ? 0 : data.inputs.findIndex((input) => input.name === name);
    const found = data.inputs[index];
    if (!found)
      throw new ShapeError(
        `input '${name}': is not in the data set, should be one of ${names(data.inputs.map((input) => input.name))}`,
      );
    const how = found.preprocess && only && preprocessGiven ? preprocess : found.preprocess;
    const fed = how ? imageShape({ n: 1, h: 1, w: 1 }, how).c : found.channels;
    if (fed !== channels)
      throw new ShapeError(`input '${name}': takes ${channels} channels, should take ${fed} of the data set`);
    return { input: name, index, preprocess: how };
  });
}

/** A picture as a net's input takes it. */
export function pictureInput(
  engine: Engine,
  picture: RgbaImage | PlanarImage,
  { input, preprocess }: Feed,
): Tensor {
  const { height: h, width: w } = picture;
  if ('values' in picture)
    return upload(engine, picture.values, { n: 1, c: picture.channels, h, w }, 'f32', input);
  if (!preprocess) throw new ShapeError(`input '${input}': a picture, should be planar values`);
  return fromRgba(engine, picture.rgba, { h, w }, preprocess);
}
