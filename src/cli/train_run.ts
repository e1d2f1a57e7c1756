// Runs a training job, and keeps its log and its report.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitOf } from '../data/dataset.js';
import { LAYOUTS, openDataSet } from '../data/open.js';
import { parseSpec } from '../data/spec.js';
import { DataError } from '../errors.js';
import type { AdapterInfo } from '../gpu/device.js';
import { CHECKPOINT, type TrainEvent, type TrainStage } from '../page/training.js';
import { differences } from '../train/settings.js';
import { checkpointHeader } from './checkpoint_file.js';
import { type Tools, UsageError } from './command.js';
import { filesOf } from './data_files.js';
import { Files } from './model_args.js';
import { moreImages, type TrainArgs, text, trainOptions } from './train_args.js';
import { type LogEvent, type RunLog, TrainLog } from './train_log.js';
import { trainReport } from './train_report.js';
import { rateWarning } from './train_text.js';

/** How long the step that is under way may take to end, and its state to be kept, once a run is stopped, in ms. */
const STEP_GRACE = 120_000;
export const LOG = 'log.jsonl';
export const REPORT = 'report.html';
/** Milliseconds between two reports. */
const REPORT_EVERY = 5000;

/** A run that is done. */
export interface TrainedRun {
  readonly run: RunLog;
  readonly adapter: AdapterInfo;
  /** What the run was made with, but for what its results do not depend on. */
  readonly settings: object;
}

/**
 * Trains as the options say, in the folder `out`.
 * @param onEvent takes all that the job says, after the log has it
 * @throws UsageError where the folder has a checkpoint and `resume` is not given, or is and there is none that fits
 */
export async function trainRun(
  args: TrainArgs,
  tools: Tools,
  onEvent: (event: TrainEvent) => void,
): Promise<TrainedRun> {
  const files = new Files();
  const options = trainOptions(args, files, tools.log);
  const spec = parseSpec(options.data, LAYOUTS);
  const { testEvery, checkpointEvery, testCount, licence, recompute, ...lasting } = options;
  const settings = JSON.stringify(lasting);
  const out = text(args, 'out')!;
  const data = filesOf(spec);
  // What the data set lacks is said before a folder is made.
  const set = await openDataSet(options.data, data, null);
  if (set.unlabelled) throw new DataError('no labels, should have some to learn from', options.data);
  const [split, testSplit] = [splitOf(set, options.split), splitOf(set, options.testSplit)];
  if (split === testSplit)
    tools.log(
      `warning: tests on what it learns from, the split "${split}": another --test-split would tell how it does on other pictures`,
    );
  if (moreImages(args) > 1)
    tools.log(
      `--keep ${text(args, 'keep')}: ${options.stages.map(({ recipe }) => recipe.solver.iterSize).join(', ')} images a step, 1 / ${text(args, 'keep')} times the recipe's`,
    );
  mkdirSync(out, { recursive: true });
  const saved = join(out, CHECKPOINT);
  if (args.resume && !existsSync(saved)) throw new UsageError(`--resume: no ${saved}`);
  if (!args.resume && existsSync(saved))
    throw new UsageError(
      `--out ${out}: has a checkpoint; --resume goes on from it, another folder begins anew`,
    );
  const log = args.resume
    ? resumed(saved, join(out, LOG), settings, options.stages)
    : TrainLog.begin(join(out, LOG), settings);
  const report = (running: boolean) => writeFileSync(join(out, REPORT), trainReport(log.run, running));
  let written = 0;
  const keep = (event: LogEvent) => {
    log.add(event);
    if (Date.now() - written < REPORT_EVERY) return;
    report(true);
    written = Date.now();
  };
  const onProgress = (event: unknown) => {
    const said = event as TrainEvent;
    if ('kind' in said) keep(said);
    const warning = rateWarning(said, args, options.stages);
    if (warning) tools.log(warning);
    onEvent(said);
  };
  const { adapter } = await tools.run(
    'train',
    { ...options, settings, ...(args.resume && { checkpoint: files.add('--resume', saved) }) },
    { files: files.paths, data, outDir: out, onProgress, abortGrace: STEP_GRACE },
  );
  report(false);
  return { run: log.run, adapter, settings: lasting };
}

/** The log of a run that goes on. @throws UsageError where its settings differ */
function resumed(saved: string, path: string, settings: string, stages: readonly TrainStage[]): TrainLog {
  const checkpoint = checkpointHeader(saved);
  if (checkpoint.settings !== settings)
    throw new UsageError(
      `--resume: ${saved} was made with ${differences(checkpoint.settings, settings).join('; ')}; should be the same, or another --out`,
    );
  const stage = stages[checkpoint.stage]!.name;
  return TrainLog.resume(path, settings, { stage, iteration: checkpoint.iteration });
}
