import { ShapeError } from '../../errors.js';
import { type Confusion, type CountOptions, confusionFromCells } from '../../metrics/confusion.js';
import { confusion as confusionOp, confusionSize } from '../../ops/confusion.js';
import type { Engine } from '../engine.js';
import { downloadLabels, emptyPixels, type LabelMap, type Pixels } from '../pixels.js';
import { type Recording, recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { argmax } from './channels.js';
import { engineOf, type On } from './on.js';

export interface ConfusionOptions extends CountOptions {
  readonly classes: number;
  /** Adds to the counts of `y` instead of writing them anew. */
  readonly add?: boolean;
}

/**
 * Pixels by truth and prediction, [K, K + 1] of u32; the last column counts predictions that are no class.
 * Exact below 2^32 pixels. `downloadConfusion` brings them to the host.
 * @param predicted labels, or scores [N, K, H, W] whose argmax counts.
 */
export function confusion(
  on: On,
  truth: LabelMap,
  predicted: LabelMap | Tensor,
  o: ConfusionOptions,
  y?: Pixels,
): Pixels {
  if ('elem' in predicted && predicted.shape.c !== o.classes)
    throw new ShapeError(`confusion: scores of ${predicted.shape.c} classes, should be ${o.classes}`);
  if (o.add && !y) throw new ShapeError('confusion: nothing to add to, should be given counts');
  const out = y ?? emptyPixels(engineOf(on), confusionSize(o.classes), 'confusion');
  recorded(on, (r) => {
    const label = 'elem' in predicted ? labelsOf(r, predicted) : predicted;
    r.add(confusionOp(r.lowering('confusion', 'f32'), { truth, label, y: out }, o));
  });
  return out;
}

function labelsOf(r: Recording, scores: Tensor): LabelMap {
  const { n, h, w } = scores.shape;
  return argmax(r, scores, { buffer: r.temporary(4 * n * h * w, 'confusion labels'), shape: { n, h, w } });
}

/** Counts on the host. @throws ShapeError where predictions were no class. */
export const downloadConfusion = async (engine: Engine, y: Pixels): Promise<Confusion> =>
  confusionFromCells(await downloadLabels(engine, y), y.shape.h);
