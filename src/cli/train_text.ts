import type { TrainEvent } from '../page/jobs/train.js';
import type { Tools } from './command.js';
import { duration } from './duration.js';
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
  return `${size}; tensors: ${said.join(', ')}`;
}

const testText = ({ stage, iteration, heads }: Extract<LogEvent, { kind: 'test' }>): string =>
  heads
    .map(
      ({ suffix, scores: s }) =>
        `${stage}${suffix} after ${iteration}: pixel accuracy ${percent(s.pixelAcc)}, mean ${percent(s.meanAcc)}, mean IU ${percent(s.meanIU)}, f.w. ${percent(s.fwIU)}`,
    )
    .join('\n');
