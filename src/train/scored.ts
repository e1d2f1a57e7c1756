import type { DataHead } from '../data/dataset.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';

/** A set of classes, and the net's output that scores them. */
export interface Scored {
  readonly head: DataHead;
  readonly output: string;
  /** Channels of the output: the classes, and more where the net also finds what is not counted. */
  readonly channels: number;
}

/**
 * The heads that a net scores: of one output, the data set's first; of more, each by the end of its name.
 * @throws ShapeError for outputs that score no head, or fewer classes than it has.
 */
export function scoredHeads({ outputs }: Pick<Graph, 'outputs'>, heads: readonly DataHead[]): Scored[] {
  const all = [...outputs];
  const found = heads.flatMap((head, i): Scored[] => {
    const [output] =
      all.length === 1 || !head.suffix
        ? i === 0
          ? all
          : []
        : all.filter(([name]) => name.endsWith(head.suffix));
    return output ? [{ head, output: output[0], channels: output[1].channels }] : [];
  });
  if (found.length === 0)
    throw new ShapeError(
      `outputs ${[...outputs.keys()].join(', ')}: score no head of the data set, should end in ${heads.map(({ suffix }) => suffix).join(', ')}`,
    );
  for (const { head, output, channels } of found)
    if (channels < head.names.length)
      throw new ShapeError(
        `output '${output}': scores ${channels} classes, should score at least ${head.names.length} as the data set has`,
      );
  return found;
}

/** The same, of a net that must score every head. @throws ShapeError */
export function allHeads(graph: Pick<Graph, 'name' | 'outputs'>, heads: readonly DataHead[]): Scored[] {
  const found = scoredHeads(graph, heads);
  if (found.length < heads.length)
    throw new ShapeError(
      `${graph.name}: outputs ${[...graph.outputs.keys()].join(', ')} for ${found.length} heads of ${heads.length}, should have one that ends in each of ${heads.map(({ suffix }) => suffix).join(', ')}`,
    );
  return found;
}
