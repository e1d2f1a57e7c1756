// Which input and output of a net stand for which of a data set.
import type { DataHead, DataSet, PlanarImage } from '../data/dataset.js';
import type { Engine } from '../engine/engine.js';
import { fromRgba } from '../engine/image.js';
import { type Tensor, upload } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
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

/** A set of classes, and the net's output that scores them. */
export interface Scored {
  readonly head: DataHead;
  readonly output: string;
  /** Channels of the output: the classes, and more where the net also finds what is not counted. */
  readonly channels: number;
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

/**
 * The heads that a net scores: of one output, the data set's first; of more, each by the end of its name.
 * @throws ShapeError for outputs that score no head, or fewer classes than it has.
 */
export function scoredHeads(graph: Graph, { heads }: DataSet): Scored[] {
  const outputs = [...graph.outputs];
  const found = heads.flatMap((head, i): Scored[] => {
    const [output] =
      outputs.length === 1 || !head.suffix
        ? i === 0
          ? outputs
          : []
        : outputs.filter(([name]) => name.endsWith(head.suffix));
    return output ? [{ head, output: output[0], channels: output[1].channels }] : [];
  });
  if (found.length === 0)
    throw new ShapeError(
      `outputs ${names(graph.outputs.keys())}: score no head of the data set, should end in ${names(heads.map(({ suffix }) => suffix))}`,
    );
  for (const { head, output, channels } of found)
    if (channels < head.names.length)
      throw new ShapeError(
        `output '${output}': scores ${channels} classes, should score at least ${head.names.length} as the data set has`,
      );
  return found;
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
