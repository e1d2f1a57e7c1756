// The Caffe solver of `rarefy train`, and what its train net says of the loss.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LossNormalization } from '../ops/softmax_loss.js';
import { readNet } from '../weights/caffe/net.js';
import { type CaffeSolver, readSolver } from '../weights/caffe/solver.js';
import { headOf, isHead } from '../weights/caffe/training.js';
import { UsageError } from './command.js';

/** A solver, and what its train net divides the loss by, or else why that is not known. */
export interface GivenSolver {
  readonly solver: CaffeSolver;
  readonly normalization?: LossNormalization;
  readonly unknown?: string;
}

/** Reads a solver's .prototxt, and its train net where the name leads to one from the solver's folder or from here. */
export function solverFrom(path: string): GivenSolver {
  if (!existsSync(path)) throw new UsageError(`--solver: no file ${path}`);
  const solver = readSolver(readFileSync(path, 'utf8'));
  const { trainNet } = solver;
  if (trainNet === null) return { solver, unknown: 'it names no train net' };
  const net = [join(dirname(path), trainNet), trainNet].find(existsSync);
  if (!net) return { solver, unknown: `its train net ${trainNet} is not there` };
  const losses = readNet(readFileSync(net, 'utf8'), { phase: 'TRAIN' })
    .layers.filter((layer) => isHead(layer) && layer.type !== 'Accuracy')
    .map((layer) => headOf(layer, []).normalization);
  const [normalization, ...others] = new Set(losses);
  if (!normalization) return { solver, unknown: `its train net ${net} has no loss that Caffe divides` };
  if (others.length > 0)
    return { solver, unknown: `the losses of ${net} are divided as ${[normalization, ...others]}` };
  return { solver, normalization };
}
