import { FormatError, UnsupportedError } from '../../errors.js';
import type { TextMessage } from './message.js';
import { parsePrototxt } from './prototxt.js';

/** How the learning rate falls over the iterations, by Caffe's names. */
export type CaffePolicy =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'step'; readonly gamma: number; readonly stepSize: number }
  | { readonly kind: 'exp'; readonly gamma: number }
  | { readonly kind: 'inv'; readonly gamma: number; readonly power: number }
  | { readonly kind: 'multistep'; readonly gamma: number; readonly steps: readonly number[] }
  | { readonly kind: 'poly'; readonly power: number }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly stepSize: number };

/** A solver's settings, with Caffe's defaults filled in. Files are named as in the text and never opened. */
export interface CaffeSolver {
  /** SGD, Nesterov, AdaGrad, RMSProp, AdaDelta or Adam. */
  readonly type: string;
  /** The file of the net that learns; null where the solver names none. */
  readonly trainNet: string | null;
  readonly testNets: readonly string[];
  readonly baseLr: number;
  readonly policy: CaffePolicy;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly regularization: 'L2' | 'L1';
  /** Largest L2 norm of all gradients together; null for none. */
  readonly clipGradients: number | null;
  /** Batches whose gradients are summed for one step. */
  readonly iterSize: number;
  /** null where the solver names none. */
  readonly maxIter: number | null;
  /** Iterations between reports, tests and snapshots; 0 for none. */
  readonly display: number;
  readonly testInterval: number;
  readonly snapshot: number;
  readonly snapshotPrefix: string;
  /** Iterations whose mean loss is reported. */
  readonly averageLoss: number;
  /** Batches of each test net. */
  readonly testIters: readonly number[];
  /** Whether to test before the first iteration. */
  readonly testInitialization: boolean;
  /** Of the random numbers; null for any. */
  readonly seed: number | null;
}

/** The enum of `solver_type`, which came before the string `type`. */
const TYPES = ['SGD', 'Nesterov', 'AdaGrad', 'RMSProp', 'AdaDelta', 'Adam'];

/**
 * Reads a solver's .prototxt.
 * @throws FormatError with the line; UnsupportedError for a policy that Caffe does not have.
 */
export function readSolver(text: string): CaffeSolver {
  const m = parsePrototxt(text);
  const baseLr = m.number('base_lr') ?? lacks(m, 'base_lr', 'the learning rate');
  const old = m.word('solver_type')?.toLowerCase();
  const clip = m.number('clip_gradients') ?? -1;
  const seed = m.number('random_seed') ?? -1;
  const regularization = m.string('regularization_type') ?? 'L2';
  if (regularization !== 'L1' && regularization !== 'L2')
    throw new UnsupportedError(`solver: regularization_type '${regularization}', should be L1 or L2`);
  return {
    type: m.string('type') ?? TYPES.find((type) => type.toLowerCase() === old) ?? old ?? 'SGD',
    trainNet: m.string('train_net') ?? m.string('net') ?? null,
    testNets: m.has('test_net') ? m.strings('test_net') : m.has('net') ? [m.string('net')!] : [],
    baseLr,
    policy: policyOf(m),
    momentum: m.number('momentum') ?? 0,
    weightDecay: m.number('weight_decay') ?? 0,
    regularization,
    clipGradients: clip < 0 ? null : clip,
    iterSize: m.size('iter_size') ?? 1,
    maxIter: m.size('max_iter') ?? null,
    display: m.size('display') ?? 0,
    testInterval: m.size('test_interval') ?? 0,
    snapshot: m.size('snapshot') ?? 0,
    snapshotPrefix: m.string('snapshot_prefix') ?? '',
    averageLoss: m.size('average_loss') ?? 1,
    testIters: m.sizes('test_iter'),
    testInitialization: m.boolean('test_initialization') ?? true,
    seed: seed < 0 ? null : seed,
  };
}

function lacks(m: TextMessage, field: string, what: string): never {
  throw new FormatError(`solver: no ${field}, should be ${what}`, m.line, 'line');
}

function policyOf(m: TextMessage): CaffePolicy {
  const kind = m.string('lr_policy') ?? lacks(m, 'lr_policy', 'the policy of the learning rate');
  const need = (field: 'gamma' | 'power') =>
    m.number(field) ?? lacks(m, field, `given for the policy '${kind}'`);
  const stepSize = () => m.size('stepsize') || lacks(m, 'stepsize', `above 0 for the policy '${kind}'`);
  switch (kind) {
    case 'fixed':
      return { kind };
    case 'step':
      return { kind, gamma: need('gamma'), stepSize: stepSize() };
    case 'sigmoid':
      return { kind, gamma: need('gamma'), stepSize: stepSize() };
    case 'exp':
      return { kind, gamma: need('gamma') };
    case 'inv':
      return { kind, gamma: need('gamma'), power: need('power') };
    case 'multistep':
      return { kind, gamma: need('gamma'), steps: m.sizes('stepvalue') };
    case 'poly':
      return { kind, power: need('power') };
    default:
      throw new UnsupportedError(
        `solver: lr_policy '${kind}', should be fixed, step, exp, inv, multistep, poly or sigmoid`,
      );
  }
}
