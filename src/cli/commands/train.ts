import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAYOUTS } from '../../data/open.js';
import { parseSpec } from '../../data/spec.js';
import { adapterName } from '../../gpu/device.js';
import { CHECKPOINT, type TrainEvent, type TrainStage } from '../../page/jobs/train.js';
import { readCheckpoint } from '../../train/checkpoint.js';
import { command, type Tools, UsageError } from '../command.js';
import { filesOf } from '../data_files.js';
import { Files } from '../model_args.js';
import { filesText } from '../run_text.js';
import { table } from '../table.js';
import { TRAIN_ARGS, trainOptions } from '../train_args.js';
import { type LogEvent, TrainLog } from '../train_log.js';
import { trainReport } from '../train_report.js';

const LOG = 'log.jsonl';
const REPORT = 'report.html';
/** Milliseconds between two reports. */
const REPORT_EVERY = 5000;

const duration = (seconds: number): string =>
  seconds < 90
    ? `${seconds.toFixed(0)} s`
    : seconds < 5400
      ? `${(seconds / 60).toFixed(0)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

/** What a run says while it works, on the progress line. */
function shown(event: TrainEvent): Parameters<Tools['progress']>[0] | null {
  if (!('kind' in event)) return event;
  if (event.kind !== 'step') return null;
  const { done, total, meanLoss, imagesPerSecond, secondsLeft } = event.step;
  const pace = `${imagesPerSecond.toFixed(1)} images/s, ${duration(secondsLeft)} left`;
  return { text: `${event.stage}: loss ${meanLoss.toPrecision(4)}, ${pace}, step`, done, total };
}

const percent = (v: number | null): string => (v === null ? '-' : `${(100 * v).toFixed(1)}%`);

export const train = command({
  name: 'train',
  description:
    'Trains a net, or its stages one after another; writes models, a checkpoint, raw data and a report',
  args: TRAIN_ARGS,
  async run(args, tools) {
    const files = new Files();
    const options = trainOptions(args, files);
    const spec = parseSpec(options.data, LAYOUTS);
    const { testEvery, checkpointEvery, testCount, licence, ...lasting } = options;
    const settings = JSON.stringify(lasting);
    mkdirSync(args.out, { recursive: true });
    const saved = join(args.out, CHECKPOINT);
    if (args.resume && !existsSync(saved)) throw new UsageError(`--resume: no ${saved}`);
    if (!args.resume && existsSync(saved))
      throw new UsageError(
        `--out ${args.out}: has a checkpoint; --resume goes on from it, another folder begins anew`,
      );
    const log = args.resume
      ? resumed(saved, join(args.out, LOG), settings, options.stages)
      : TrainLog.begin(join(args.out, LOG), settings);
    const report = (running: boolean) => writeFileSync(join(args.out, REPORT), trainReport(log.run, running));
    let written = 0;
    const onProgress = (event: unknown) => {
      const said = event as TrainEvent;
      if ('kind' in said) keep(said);
      const line = shown(said);
      if (line) tools.progress(line);
    };
    const keep = (event: LogEvent) => {
      log.add(event);
      if (event.kind === 'begin') tools.log(startText(event));
      if (event.kind === 'test') tools.log(testText(event));
      if (Date.now() - written < REPORT_EVERY) return;
      report(true);
      written = Date.now();
    };
    const done = await tools.run(
      'train',
      { ...options, settings, ...(args.resume && { checkpoint: files.add('--resume', saved) }) },
      { files: files.paths, data: filesOf(spec), outDir: args.out, onProgress },
    );
    report(false);
    const stages = log.run.stages.flatMap(({ end }) => (end ? [end] : []));
    const rows = stages.flatMap(({ name, heads, seconds }) =>
      heads.map(({ suffix, scores: s }) => [
        `${name}${suffix}`,
        ...[s.pixelAcc, s.meanAcc, s.meanIU, s.fwIU].map(percent),
        duration(seconds),
      ]),
    );
    return {
      text: [
        table([['adapter', adapterName(done.adapter)]]),
        table([['net', 'pixel acc.', 'mean acc.', 'mean IU', 'f.w. IU', 'time'], ...rows]),
        filesText(args.out, [...stages.map(({ file }) => file), CHECKPOINT, LOG, REPORT]),
      ].join('\n\n'),
      json: { adapter: done.adapter, settings: JSON.parse(settings), stages, out: args.out },
    };
  },
});

/** The log of a run that goes on. @throws UsageError where its settings differ */
function resumed(saved: string, path: string, settings: string, stages: readonly TrainStage[]): TrainLog {
  const checkpoint = readCheckpoint(readFileSync(saved));
  if (checkpoint.settings !== settings)
    throw new UsageError(`--resume: ${saved} was made with ${checkpoint.settings}, should be ${settings}`);
  const stage = stages[checkpoint.stage]!.name;
  return TrainLog.resume(path, settings, { stage, iteration: checkpoint.state.iteration });
}

function startText({ stage, start, parameters }: Extract<LogEvent, { kind: 'begin' }>): string {
  const counts = [
    [start.copied.length, 'copied'],
    [start.coerced.length, 'of them in other dims'],
    [start.seeded.length, 'seeded at random'],
    [start.zero.length, 'zero'],
    [start.dropped.length, 'of the source dropped'],
  ] as const;
  const said = counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return `${stage}: ${parameters.toLocaleString('en-US')} parameters; tensors: ${said.join(', ')}`;
}

const testText = ({ stage, iteration, heads }: Extract<LogEvent, { kind: 'test' }>): string =>
  heads
    .map(
      ({ suffix, scores: s }) =>
        `${stage}${suffix} after ${iteration}: pixel accuracy ${percent(s.pixelAcc)}, mean ${percent(s.meanAcc)}, mean IU ${percent(s.meanIU)}, f.w. ${percent(s.fwIU)}`,
    )
    .join('\n');
