import type { TrainEvent, TrainStage } from '../page/training.js';
import { type RecipeName, recipe as recipeOf } from '../train/recipes.js';
import type { Tools } from './command.js';
import { duration } from './duration.js';
import { type TrainArgs, text } from './train_args.js';
import type { LogEvent } from './train_log.js';

/** A share as a percentage of one decimal. */
export const percent = (v: number | null): string => (v === null ? '-' : `${(100 * v).toFixed(1)}%`);

/** What a run says while it works, in its lines and on the progress line. */
export function showTraining(event: TrainEvent, tools: Pick<Tools, 'log' | 'progress'>): void {
  if (!('kind' in event)) tools.progress(event);
  else if (event.kind === 'begin') tools.log(startText(event));
  else if (event.kind === 'test') tools.log(testText(event));
  else if (event.kind === 'step') {
    const { done, total, meanLoss, imagesPerSecond, secondsLeft } = event.step;
    const pace = `${imagesPerSecond.toFixed(1)} images/s, ${duration(secondsLeft)} left`;
    tools.progress({ text: `${event.stage}: loss ${meanLoss.toPrecision(4)}, ${pace}, step`, done, total });
  }
}

function startText({ stage, start, parameters }: Extract<LogEvent, { kind: 'begin' }>): string {
  const size = `${stage}: ${parameters.toLocaleString('en-US')} parameters`;
  if (!start) return `${size}, from the checkpoint`;
  const counts = [
    [start.copied.length, 'copied'],
    [start.coerced.length, 'of them in other dims'],
    [start.seeded.length, 'seeded at random'],
    [start.zero.length, 'zero'],
    [start.dropped.length, 'of the source dropped'],
  ] as const;
  const said = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  const scores = start.rescored.map(({ layer, from, to }) => `dropped ${layer}, ${from} -> ${to} classes`);
  return [size, `tensors: ${said.join(', ')}`, ...scores].join('; ');
}

/** Says where a net begins at a rate of a recipe that is for one that begins further on. */
export function rateWarning(
  event: TrainEvent,
  args: TrainArgs,
  stages: readonly TrainStage[],
): string | undefined {
  if (!('kind' in event) || event.kind !== 'begin') return;
  if (['lr', 'solver'].some((option) => text(args, option as 'lr') !== undefined)) return;
  const { stage, start } = event;
  if (!start) return; // goes on from a checkpoint
  const { net, recipe } = stages.find(({ name }) => name === stage)!;
  const rate = `the recipe's rate, ${recipe.solver.baseLr},`;
  if (start.copied.length === 0)
    return `warning: ${stage} begins from random numbers; ${rate} is for a trunk that begins from --weights, and may teach it nothing: --lr sets another`;
  const anew = [...start.zero, ...start.seeded].filter((name) => /^score_fr.*\.weight$/.test(name));
  const coarse = recipeOf((text(args, 'recipe') ?? 'paper') as RecipeName, net.replace(/\d+s(?=$|-)/, '32s'));
  if (recipe.solver.baseLr < coarse.solver.baseLr && anew.length > 0)
    return `warning: ${stage} begins with new scores, ${anew.join(', ')}; ${rate} is for a stage that goes on from the one before, and may teach it nothing: --stages 32s,16s,8s, or --lr`;
}

const testText = ({ stage, iteration, heads }: Extract<LogEvent, { kind: 'test' }>): string =>
  heads
    .map(
      ({ suffix, scores: s }) =>
        `${stage}${suffix} after ${iteration}: pixel accuracy ${percent(s.pixelAcc)}, mean ${percent(s.meanAcc)}, mean IU ${percent(s.meanIU)}, f.w. ${percent(s.fwIU)}`,
    )
    .join('\n');
