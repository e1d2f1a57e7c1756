import { UnsupportedError } from '../errors.js';
import type { LossNormalization } from '../ops/softmax_loss.js';
import type { Rate, Solver } from './solver.js';

/** How a net of the paper's family is trained. */
export interface Recipe {
  readonly solver: Solver & {
    readonly momentum: number;
    readonly weightDecay: number;
    readonly iterSize: number;
  };
  /** What a batch's loss is divided by. */
  readonly normalization: LossNormalization;
  /** Steps of one stage. */
  readonly iterations: number;
  /** Rates of the trunk's biases where they are not twice the rate without decay, as those of scores always are. */
  readonly bias?: Rate;
  /** Share of the values that a layer drops where the classifier did. */
  readonly dropout: number;
}

/** `paper`: section 4.2; `heavy`: the released models, one image a step; `atonce`: the same for a net without stages. */
export const RECIPES = ['paper', 'heavy', 'atonce'] as const;
export type RecipeName = (typeof RECIPES)[number];

/** Rate, decay and dropout of each trunk in the paper. Its "5^-5" and "5^-4 or 2^-4" are read as 5e-5, 5e-4 and 2e-4. */
const PAPER = {
  alexnet: { baseLr: 1e-3, weightDecay: 5e-4, dropout: 0.5 },
  vgg16: { baseLr: 1e-4, weightDecay: 5e-4, dropout: 0.5 },
  googlenet: { baseLr: 5e-5, weightDecay: 2e-4, dropout: 0.4 },
} as const;

/** Each finer stage learns at a hundredth of the rate of the one before. */
const FINER = { 32: 1, 16: 1e-2, 8: 1e-4 } as const;
type Stride = keyof typeof FINER;

const trunkOf = (net: string): keyof typeof PAPER =>
  net.includes('alexnet') || net.includes('caffenet')
    ? 'alexnet'
    : net.includes('googlenet')
      ? 'googlenet'
      : 'vgg16';

/** The stride of a net's scores, from its name. */
const strideOf = (net: string): Stride => (/8s/.test(net) ? 8 : /16s/.test(net) ? 16 : 32);

/** Nets that scale the maps before their scores, so that all of them learn at once, with no stage before. */
const learnsAtOnce = (net: string): boolean => /atonce|squeezenet/.test(net);

/**
 * What the paper, or its reference code, sets for a net, by the net's name.
 * @throws UnsupportedError for a net that was never trained so
 */
export function recipe(name: RecipeName, net: string): Recipe {
  const trunk = trunkOf(net);
  const stride = learnsAtOnce(net) ? 32 : strideOf(net);
  const { baseLr, weightDecay, dropout } = PAPER[trunk];
  const fixed = { kind: 'fixed' } as const;
  if (name === 'paper')
    return {
      solver: { baseLr: baseLr * FINER[stride], policy: fixed, momentum: 0.9, weightDecay, iterSize: 20 },
      normalization: 'VALID',
      iterations: 100_000,
      dropout,
    };
  if (trunk === 'googlenet')
    throw new UnsupportedError(`recipe: ${name} for ${net}, which was not released; should be paper`);
  if (trunk === 'alexnet')
    // The trunk of its train net names no multipliers, so its biases learn and decay as the rest.
    return {
      solver: { baseLr: 1e-4, policy: fixed, momentum: 0.9, weightDecay, iterSize: 20 },
      normalization: 'VALID',
      iterations: 100_000,
      bias: { lr: 1, decay: 1 },
      dropout,
    };
  if (name === 'atonce' && stride !== 32)
    throw new UnsupportedError(
      `recipe: atonce for ${net}, whose skips would not be scaled; should be as fcn8s-atonce, or heavy after a coarser stage`,
    );
  return {
    solver: { baseLr: heavyRate(net, stride), policy: fixed, momentum: 0.99, weightDecay, iterSize: 1 },
    // The sum over pixels, as batches of one image have it.
    normalization: 'BATCH_SIZE',
    iterations: name === 'atonce' || learnsAtOnce(net) || !net.startsWith('fcn') ? 300_000 : 100_000,
    dropout,
  };
}

function heavyRate(net: string, stride: Stride): number {
  // RGB-HHA begins at a hundredth. SIFT Flow's 8s kept the rate of 16s.
  const first = net.includes('rgb-hha') ? 1e-12 : 1e-10;
  return first * (net.startsWith('siftflow') && stride === 8 ? FINER[16] : FINER[stride]);
}

/** The rates that a recipe gives tensors, by their names, where they are not a trainer's own. */
export const ratesOf = ({ bias }: Recipe, names: readonly string[]): Map<string, Rate> =>
  new Map(
    bias
      ? names
          .filter((name) => name.endsWith('.bias') && !name.startsWith('score'))
          .map((name) => [name, bias])
      : [],
  );
