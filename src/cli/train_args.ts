// The options of `rarefy train`, and what they come to.
import { existsSync, readFileSync } from 'node:fs';
import { type ArgsDef, parseArgs } from 'citty';
import { LAYOUTS } from '../data/open.js';
import { FUSIONS } from '../nets/heads.js';
import type { LossNormalization } from '../ops/softmax_loss.js';
import type { TrainOptions, TrainStage } from '../page/training.js';
import { BALANCES, type Balance } from '../train/balance.js';
import { RECIPES, type RecipeName, recipe } from '../train/recipes.js';
import { STAGES, type StageName, stageNet } from '../train/stages.js';
import { SCORE_STARTS } from '../train/start.js';
import { checkArguments, UsageError } from './command.js';
import { type Files, numberOf } from './model_args.js';
import { type GivenSolver, solverFrom } from './train_solver.js';

/** The options of `train`. */
export const TRAIN_ARGS = {
  net: { type: 'string', required: true, description: 'a net that is built in code', valueHint: 'NAME' },
  trunk: { type: 'string', default: 'vgg16', description: 'vgg16, or small', valueHint: 'NAME' },
  stages: {
    type: 'string',
    description: `trained one after another, each from the one before: of ${STAGES.join(', ')}`,
    valueHint: 'A,B,...',
  },
  data: {
    type: 'string',
    required: true,
    description: Object.values(LAYOUTS)
      .map(({ usage }) => usage)
      .join(' or '),
    valueHint: 'SPEC',
  },
  split: { type: 'string', default: 'train', description: 'what to learn from', valueHint: 'NAME' },
  'test-split': { type: 'string', default: 'val', description: 'what to test on', valueHint: 'NAME' },
  'test-count': { type: 'string', description: 'samples of it that are tested; all without', valueHint: 'N' },
  weights: {
    type: 'string',
    description:
      'where the first net begins: .safetensors or .caffemodel; two for the trunks of a late fusion',
    valueHint: 'FILE[,FILE]',
  },
  recipe: {
    type: 'enum',
    options: [...RECIPES],
    default: 'paper',
    description: 'settings of the paper or of the released models',
  },
  solver: {
    type: 'string',
    description: "a Caffe solver, instead of the recipe's",
    valueHint: 'FILE.prototxt',
  },
  normalization: {
    type: 'enum',
    options: ['VALID', 'FULL', 'BATCH_SIZE', 'NONE'],
    description:
      "what the loss is divided by, by Caffe's names, instead of the recipe's or the solver's train net's",
  },
  lr: {
    type: 'string',
    description: "instead of the recipe's, one or one for each stage",
    valueHint: 'RATE,...',
  },
  policy: {
    type: 'enum',
    options: ['fixed', 'poly'],
    description:
      "of the rate, instead of the recipe's or the solver's; poly falls to 0 at a stage's end, by power 0.9",
  },
  momentum: { type: 'string', description: "instead of the recipe's", valueHint: '0..1' },
  'weight-decay': { type: 'string', description: "instead of the recipe's", valueHint: 'X' },
  'clip-gradients': { type: 'string', description: "largest L2 norm of a step's gradients", valueHint: 'X' },
  'iter-size': {
    type: 'string',
    description: "batches of a step, instead of the recipe's, which --keep P without --batch divides by P",
    valueHint: 'N',
  },
  iterations: {
    type: 'string',
    description: "steps, instead of the recipe's, one or one for each stage",
    valueHint: 'N,...',
  },
  batch: { type: 'string', description: 'images of a batch, all of one size; 1 without', valueHint: 'N' },
  order: {
    type: 'enum',
    options: ['random', 'shuffled', 'listed'],
    default: 'random',
    description: 'random draws with replacement',
  },
  mirror: { type: 'boolean', description: 'mirrors at random' },
  jitter: {
    type: 'string',
    default: '0',
    description:
      "moves by up to so many pixels each way; half the net's stride shifts the grid of its cells anywhere",
    valueHint: 'N',
  },
  keep: {
    type: 'string',
    default: '1',
    description: 'probability with which a pixel of the loss counts',
    valueHint: '0..1',
  },
  balance: {
    type: 'enum',
    options: [...BALANCES],
    default: 'none',
    description: 'of classes, by weights of the loss or by leaving out pixels',
  },
  'class-weights': {
    type: 'string',
    description: 'factor of the loss of each class: numbers, or a file of them',
    valueHint: 'A,B,...|FILE',
  },
  freeze: {
    type: 'string',
    description: 'layers that keep their numbers, by name; * stands for any characters',
    valueHint: 'PATTERN,...',
  },
  norms: {
    type: 'enum',
    options: ['trained', 'frozen'],
    default: 'trained',
    description: "batch norms take each batch's statistics; frozen: those stored with the weights",
  },
  dropout: { type: 'string', description: "instead of the recipe's; 0 for none", valueHint: '0..1' },
  scores: {
    type: 'enum',
    options: [...SCORE_STARTS],
    default: 'zero',
    description:
      "how new score layers begin, also where the source has other classes; classifier: as the source's scores or fc8, which must have the same",
  },
  fusion: {
    type: 'enum',
    options: [...FUSIONS],
    default: 'sum',
    description: 'how scores of two strides become one',
  },
  width: { type: 'string', description: "share of the net's channels", valueHint: '0..1' },
  pad: { type: 'string', description: 'of the first layer', valueHint: 'N' },
  recompute: {
    type: 'boolean',
    description: 'computes maps again instead of keeping them: less memory, more time, the same results',
  },
  seed: { type: 'string', default: '1', description: 'of all that is random', valueHint: 'N' },
  'test-every': { type: 'string', default: '1000', description: 'steps', valueHint: 'N' },
  'checkpoint-every': { type: 'string', default: '500', description: 'steps', valueHint: 'N' },
  licence: { type: 'string', description: 'of the numbers that come out', valueHint: 'TEXT' },
  out: {
    type: 'string',
    required: true,
    description: 'folder for models, checkpoint, log and report',
    valueHint: 'DIR',
  },
  resume: { type: 'boolean', description: 'goes on from the checkpoint in --out' },
} as const satisfies ArgsDef;

export type TrainArgs = { readonly [K in keyof typeof TRAIN_ARGS]?: string | boolean | undefined };

/** The options of a command line. @throws UsageError, or citty's error, for one that `train` does not take */
export function parseTrain(words: readonly string[]): TrainArgs {
  const given = parseArgs<typeof TRAIN_ARGS>([...words], TRAIN_ARGS);
  checkArguments('train', given, TRAIN_ARGS, false);
  return given;
}

/** The text of an option. */
export const text = (args: TrainArgs, key: keyof typeof TRAIN_ARGS): string | undefined =>
  args[key] as string | undefined;

/** One value for all stages, or one for each. */
function perStage(option: string, given: string | undefined, stages: number, least: number, whole: boolean) {
  if (given === undefined) return undefined;
  const values = given.split(',').map((v) => numberOf(option, v, least, Number.MAX_SAFE_INTEGER, whole)!);
  if (values.length !== 1 && values.length !== stages)
    throw new UsageError(`${option} ${given}: ${values.length} values, should be one or ${stages}`);
  return (i: number) => values[values.length === 1 ? 0 : i]!;
}

/** Factors of classes: numbers, or a file of them. @throws UsageError */
function classWeights(given: string): number[] {
  const numbers = /^[\d.e+-]+(,[\d.e+-]+)*$/i.test(given);
  if (!numbers && !existsSync(given)) throw new UsageError(`--class-weights: no file ${given}`);
  const words = (numbers ? given : readFileSync(given, 'utf8')).split(/[\s,]+/).filter(Boolean);
  return words.map((word) => numberOf('--class-weights', word, 0, 1e12)!);
}

/**
 * How many times as many images a step takes than the recipe says: 1 / p where a pixel counts with probability p,
 * as in section 4 of the paper, unless the options say how many.
 */
export function moreImages(args: TrainArgs): number {
  const said = ['batch', 'iter-size', 'solver'].some((key) => text(args, key as 'batch') !== undefined);
  return said ? 1 : 1 / numberOf('--keep', text(args, 'keep'), 2 ** -20, 1)!;
}

function stagesOf(args: TrainArgs, warn: (line: string) => void): TrainStage[] {
  if (text(args, 'balance') === 'sampling' && text(args, 'keep') !== '1')
    throw new UsageError('--balance sampling and --keep: one of them, not both');
  if (text(args, 'balance') !== 'none' && text(args, 'class-weights') !== undefined)
    throw new UsageError('--balance and --class-weights: one of them, not both');
  const names = text(args, 'stages')?.split(',') ?? [null];
  for (const name of names)
    if (name !== null && !(STAGES as readonly string[]).includes(name))
      throw new UsageError(`--stages ${name}: should be of ${STAGES.join(', ')}`);
  const path = text(args, 'solver');
  const { solver, unknown, ...net } = path ? solverFrom(path) : ({} as Partial<GivenSolver>);
  const recipeName = text(args, 'recipe') as RecipeName;
  const normalization = (text(args, 'normalization') as LossNormalization | undefined) ?? net.normalization;
  const lr = perStage('--lr', text(args, 'lr'), names.length, 0, false);
  const iterations = perStage('--iterations', text(args, 'iterations'), names.length, 1, true);
  const policy = text(args, 'policy');
  const momentum = numberOf('--momentum', text(args, 'momentum'), 0, 1);
  const weightDecay = numberOf('--weight-decay', text(args, 'weight-decay'), 0, 1);
  const dropout = numberOf('--dropout', text(args, 'dropout'), 0, 1 - 2 ** -10);
  const iterSize = numberOf('--iter-size', text(args, 'iter-size'), 1, 2 ** 16, true);
  const clipGradients = numberOf('--clip-gradients', text(args, 'clip-gradients'), 1e-12, 1e12);
  const more = moreImages(args);
  return names.map((name, i) => {
    const stage = name as StageName | null;
    const net = stageNet(text(args, 'net')!, text(args, 'trunk') ?? 'vgg16', stage);
    const usual = recipe(recipeName, net);
    if (unknown && !normalization)
      warn(
        `--solver ${path}: ${unknown}; the loss of ${net} is divided as ${usual.normalization}, as --recipe ${recipeName} has it, unless --normalization says otherwise`,
      );
    const steps = iterations?.(i) ?? solver?.maxIter ?? usual.iterations;
    return {
      name: stage ?? net,
      net,
      stage,
      recipe: {
        ...usual,
        solver: {
          ...usual.solver,
          ...solver,
          ...(lr && { baseLr: lr(i) }),
          ...(policy === 'fixed' && { policy: { kind: 'fixed' as const } }),
          ...(policy === 'poly' && { policy: { kind: 'poly' as const, power: 0.9 }, maxIter: steps }),
          ...(momentum !== undefined && { momentum }),
          ...(weightDecay !== undefined && { weightDecay }),
          ...(more > 1 && { iterSize: Math.round(usual.solver.iterSize * more) }),
          ...(iterSize !== undefined && { iterSize }),
          ...(clipGradients !== undefined && { clipGradients }),
        },
        ...(normalization && { normalization }),
        ...(dropout !== undefined && { dropout }),
        iterations: steps,
      },
    };
  });
}

/**
 * What the job is told, but for what its checkpoint must agree with.
 * @param warn takes what is assumed for want of an option
 */
export function trainOptions(
  args: TrainArgs,
  files: Files,
  warn: (line: string) => void = () => {},
): Omit<TrainOptions, 'settings'> {
  const whole = (key: keyof typeof TRAIN_ARGS, least: number) =>
    numberOf(`--${key}`, text(args, key), least, Number.MAX_SAFE_INTEGER, true);
  const [width, pad, testCount] = [
    numberOf('--width', text(args, 'width'), 2 ** -10, 1),
    whole('pad', 0),
    whole('test-count', 1),
  ];
  const licence = text(args, 'licence');
  const [freeze, weights] = [text(args, 'freeze'), text(args, 'class-weights')];
  return {
    stages: stagesOf(args, warn),
    data: text(args, 'data')!,
    split: text(args, 'split')!,
    testSplit: text(args, 'test-split')!,
    ...(testCount !== undefined && { testCount }),
    ...(width !== undefined && { width }),
    ...(pad !== undefined && { pad }),
    balance: text(args, 'balance') as Balance,
    ...(weights !== undefined && { classWeights: classWeights(weights) }),
    ...(freeze !== undefined && { freeze: freeze.split(',') }),
    ...(text(args, 'norms') === 'frozen' && { frozenNorms: true }),
    scores: text(args, 'scores') as TrainOptions['scores'],
    ...(text(args, 'fusion') === 'max' && { fusion: 'max' }),
    batch: whole('batch', 1) ?? 1,
    order: text(args, 'order') as TrainOptions['order'],
    augmentation: { mirror: args.mirror === true, jitter: whole('jitter', 0)! },
    keep: numberOf('--keep', text(args, 'keep'), 2 ** -20, 1)!,
    seed: whole('seed', 0)!,
    testEvery: whole('test-every', 1)!,
    checkpointEvery: whole('checkpoint-every', 1)!,
    weights: (text(args, 'weights')?.split(',') ?? []).map((path) => files.add('--weights', path)),
    ...(licence !== undefined && { licence }),
    recompute: args.recompute === true,
  };
}
