// Runs what is left of an experiment: each run with each seed trains a net and scores it.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAYOUTS } from '../../data/open.js';
import { parseSpec } from '../../data/spec.js';
import type { Progress } from '../../page/protocol.js';
import { CHECKPOINT, type TrainEvent } from '../../page/training.js';
import type { Tools } from '../command.js';
import { filesOf } from '../data_files.js';
import { duration } from '../duration.js';
import { Files } from '../model_args.js';
import { type TrainedRun, trainRun } from '../train_run.js';
import { showTraining } from '../train_text.js';
import { type Protocol, type TestSpec, trainArgs } from './protocol.js';
import { folderOf, hasCheckpoint, RESULT, type RunResult, readResult } from './result.js';
import { type Job, jobsOf, type Pace, secondsFor, withSources } from './schedule.js';

/** Milliseconds between two lines of progress. */
const SHOW_EVERY = 2000;

/** A file that is there whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

/** Runs every job that has no result yet. What was interrupted goes on from its checkpoint. */
export async function runJobs(
  protocol: Protocol,
  { out, only }: { readonly out: string; readonly only: readonly string[] | null },
  tools: Tools,
): Promise<void> {
  const jobs = jobsOf(protocol, only ? withSources(protocol.runs, only) : protocol.runs);
  const paces: Pace[] = [];
  for (const job of jobs) {
    const result = readResult(out, job);
    if (result) paces.push({ ...result, id: result.run });
  }
  for (const [i, job] of jobs.entries()) {
    tools.signal.throwIfAborted();
    if (readResult(out, job)) continue;
    const later = jobs.slice(i + 1).filter((other) => !readResult(out, other));
    const title = `run ${i + 1} of ${jobs.length}, ${job.run.id}, seed ${job.seed}`;
    tools.log(`${title}${hasCheckpoint(out, job) ? ', goes on' : ''}`);
    const showing = following(title, job, later, paces, tools);
    const result = await runJob(job, protocol, out, tools, showing);
    paces.push({ ...result, id: result.run });
  }
}

/** Shows a job's events, with the time that all that is left will take. */
function following(title: string, { run }: Job, later: readonly Job[], paces: readonly Pace[], tools: Tools) {
  let shown = 0;
  let [before, steps, seconds] = [0, 0, 0];
  const perStep = run.images / run.steps;
  return (event: TrainEvent): void => {
    const step = 'kind' in event && event.kind === 'step' ? event.step : null;
    if (step) {
      if (steps === 0) before = step.done - 1;
      steps++;
      seconds += step.seconds;
    }
    const plain = !('kind' in event) || step;
    const first = step !== null && steps === 1;
    if (plain && !first && Date.now() - shown < SHOW_EVERY) return;
    if (plain) shown = Date.now();
    const now = { id: run.id, images: steps * perStep, seconds };
    const left = [
      { id: run.id, images: run.images - (before + steps) * perStep },
      ...later.map((j) => j.run),
    ];
    const total = secondsFor(left, [...paces, now]);
    const prefix = total === null ? title : `${title}, ${duration(total)} left in all`;
    showTraining(event, {
      log: (line) => tools.log(`${title}: ${line}`),
      progress: (p) => tools.progress({ ...p, text: `${prefix}: ${p.text}` }),
    });
  };
}

async function runJob(
  job: Job,
  protocol: Protocol,
  out: string,
  tools: Tools,
  onEvent: (event: TrainEvent) => void,
): Promise<RunResult> {
  const { run, seed } = job;
  const folder = folderOf(out, job);
  const sources = run.from.map((id) => {
    const source = { run: protocol.runs.find((other) => other.id === id)!, seed };
    return join(folderOf(out, source), readResult(out, source)!.model);
  });
  const words = [
    `--seed=${seed}`,
    `--out=${folder}`,
    ...(sources.length > 0 ? [`--weights=${sources.join(',')}`] : []),
    ...(hasCheckpoint(out, job) ? ['--resume'] : []),
  ];
  const trained = await trainRun(trainArgs(run, words), tools, onEvent);
  const model = trained.run.stages.at(-1)!.end!.file;
  const scored = await score(join(folder, model), run.test, tools, {
    onProgress: (event) => onEvent({ ...event, text: `scoring, ${event.text}` }),
  });
  const result = resultOf(job, trained, scored);
  writeWhole(join(folder, RESULT), `${JSON.stringify(result)}\n`);
  rmSync(join(folder, CHECKPOINT), { force: true });
  return result;
}

/** Scores a model on the test, or writes its labels of some of the pictures. */
export function score(
  model: string,
  { data, split, count }: TestSpec,
  tools: Tools,
  o: {
    readonly labels?: { readonly only: readonly number[]; readonly outDir: string };
    readonly onProgress?: (event: Progress) => void;
  } = {},
) {
  const files = new Files();
  const { labels } = o;
  const only = labels?.only ?? (count === undefined ? null : Array.from({ length: count }, (_, i) => i));
  return tools.run(
    'evaluate',
    {
      model: files.add('model', model),
      data,
      split,
      ...(only && { only }),
      detail: labels ? 'counts' : 'all',
      predictions: labels !== undefined,
    },
    {
      files: files.paths,
      data: filesOf(parseSpec(data, LAYOUTS)),
      ...(labels && { outDir: labels.outDir }),
      ...(o.onProgress && { onProgress: o.onProgress as (event: unknown) => void }),
    },
  );
}

function resultOf(
  { run, seed }: Job,
  trained: TrainedRun,
  scored: Awaited<ReturnType<typeof score>>,
): RunResult {
  const { stages } = trained.run;
  const last = stages.at(-1)!.end!;
  const steps = stages.flatMap((stage) => stage.steps);
  return {
    run: run.id,
    seed,
    model: last.file,
    parameters: last.parameters,
    iterations: steps.length,
    images: run.images,
    seconds: steps.reduce((sum, step) => sum + step.seconds, 0),
    adapter: trained.adapter,
    test: { ...run.test, images: scored.images },
    heads: scored.heads,
    settings: trained.settings,
  };
}
