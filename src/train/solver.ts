import { ShapeError, UnsupportedError } from '../errors.js';
import type { CaffePolicy, CaffeSolver } from '../weights/caffe/solver.js';

/** How a net learns: the settings of a Caffe solver that `readSolver` reads, of which only the rate must be given. */
export type Solver = Pick<CaffeSolver, 'baseLr'> &
  Partial<
    Pick<
      CaffeSolver,
      | 'type'
      | 'policy'
      | 'momentum'
      | 'weightDecay'
      | 'regularization'
      | 'clipGradients'
      | 'iterSize'
      | 'maxIter'
    >
  >;

/** A solver with its defaults: SGD at a fixed rate, without momentum, decay and clipping, a batch a step. */
export interface SolverSettings {
  readonly nesterov: boolean;
  readonly baseLr: number;
  readonly policy: CaffePolicy;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly clipGradients: number | null;
  readonly iterSize: number;
  readonly maxIter: number | null;
}

/** @throws UnsupportedError for another method than SGD and Nesterov; ShapeError for a number out of range */
export function solverSettings(solver: Solver): SolverSettings {
  const { type = 'SGD', regularization = 'L2', policy = { kind: 'fixed' } as const, ...given } = solver;
  if (type !== 'SGD' && type !== 'Nesterov')
    throw new UnsupportedError(`solver: type '${type}', should be SGD or Nesterov`);
  if (regularization !== 'L2')
    throw new UnsupportedError(`solver: regularization '${regularization}', should be L2`);
  const settings = {
    momentum: 0,
    weightDecay: 0,
    clipGradients: null,
    iterSize: 1,
    maxIter: null,
    ...given,
    policy,
    nesterov: type === 'Nesterov',
  };
  const { baseLr, momentum, weightDecay, clipGradients, iterSize, maxIter } = settings;
  for (const [what, value, fits, wanted] of [
    ['base rate', baseLr, baseLr >= 0 && Number.isFinite(baseLr), 'from 0'],
    ['momentum', momentum, momentum >= 0 && momentum < 1, 'from 0 and below 1'],
    ['weight decay', weightDecay, weightDecay >= 0 && Number.isFinite(weightDecay), 'from 0'],
    ['gradient clip', clipGradients, clipGradients === null || clipGradients > 0, 'above 0'],
    ['iter_size', iterSize, Number.isSafeInteger(iterSize) && iterSize >= 1, 'a positive integer'],
  ] as const)
    if (!fits) throw new ShapeError(`solver: ${what} ${value}, should be ${wanted}`);
  if (policy.kind === 'poly' && !(maxIter && maxIter > 0))
    throw new ShapeError(`solver: policy poly until iteration ${maxIter}, maxIter should be above 0`);
  return settings;
}

/** The rate of an iteration, counted from 0, before the multipliers of tensors: Caffe's policies. */
export function learningRate(
  s: Pick<SolverSettings, 'baseLr' | 'policy' | 'maxIter'>,
  iteration: number,
): number {
  const { baseLr, policy } = s;
  switch (policy.kind) {
    case 'fixed':
      return baseLr;
    case 'step':
      return baseLr * policy.gamma ** Math.floor(iteration / policy.stepSize);
    case 'exp':
      return baseLr * policy.gamma ** iteration;
    case 'inv':
      return baseLr * (1 + policy.gamma * iteration) ** -policy.power;
    case 'multistep':
      return baseLr * policy.gamma ** policy.steps.filter((at) => iteration >= at).length;
    case 'poly':
      return baseLr * Math.max(0, 1 - iteration / s.maxIter!) ** policy.power;
    case 'sigmoid':
      return baseLr / (1 + Math.exp(-policy.gamma * (iteration - policy.stepSize)));
  }
}

/** Factors of the solver's rate and decay for one tensor. */
export interface Rate {
  readonly lr: number;
  readonly decay: number;
}

/** As all layers of the paper's nets have it: biases at twice the rate and without decay. */
export const defaultRate = (parameter: string): Rate =>
  parameter.endsWith('.bias') ? { lr: 2, decay: 0 } : { lr: 1, decay: 1 };
