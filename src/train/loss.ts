import { ShapeError } from '../errors.js';
import { lossDivisor } from '../ops/softmax_loss.js';
import type { Shape } from '../shape.js';
import type { TrainingGraph } from './training_graph.js';

/** What the GPU adds up of one batch, for each head: see `LOSS_SUMS`. */
export type HeadSums = readonly {
  readonly output: string;
  /** Of its labels. */
  readonly shape: Shape;
  readonly sums: Float32Array;
}[];

/**
 * The loss of each head, by its output: the mean over a step's batches.
 * @throws ShapeError where labels were no class, or scores no numbers
 */
export async function headLoss(
  { heads }: Pick<TrainingGraph, 'heads'>,
  batches: readonly Promise<HeadSums>[],
): Promise<Readonly<Record<string, number>>> {
  const losses = Object.fromEntries(heads.map((head) => [head.output, 0]));
  for (const batch of await Promise.all(batches)) {
    for (const [i, { output, shape, sums }] of batch.entries()) {
      const [loss, counted, wrong, lost] = sums as unknown as readonly [number, number, number, number];
      const head = heads[i]!;
      if (wrong > 0)
        throw new ShapeError(
          `${head.label}: ${wrong} pixels whose label is no class of '${output}', should be classes or the ignored label`,
        );
      if (lost > 0)
        throw new ShapeError(
          `${output}: the loss of ${lost} pixels is no number, should be finite; the rate may be too high, or an input no number`,
        );
      const divisor = lossDivisor(head.normalization, shape) ?? (counted > 0 ? counted : 1);
      losses[output]! += (head.scale * loss) / divisor / batches.length;
    }
  }
  return losses;
}
