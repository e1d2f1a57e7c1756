// The raw data of a training run, one JSON object a line: what its report and tables are made of.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { HeadScores, StageReport, TrainEvent } from '../page/training.js';

/** An event of a run that is kept. */
export type LogEvent = Exclude<TrainEvent, { readonly text: string }>;

/** A run so far, stage by stage. */
export interface RunLog {
  readonly settings: string;
  readonly stages: {
    readonly name: string;
    readonly steps: {
      readonly iteration: number;
      readonly loss: number;
      readonly rate: number;
      readonly seconds: number;
    }[];
    readonly tests: { readonly iteration: number; readonly heads: readonly HeadScores[] }[];
    end: StageReport | null;
  }[];
}

/** Appends events to a file, and knows them all. */
export class TrainLog {
  readonly run: RunLog;
  readonly #path: string;

  /** What a log has, to be read alone. */
  static read(path: string): RunLog {
    return new TrainLog(path, '', eventsOf(path)).run;
  }

  /** A log that begins anew. */
  static begin(path: string, settings: string): TrainLog {
    writeFileSync(path, '');
    return new TrainLog(path, settings, []);
  }

  /** A log that goes on from a checkpoint: what came after it will come again. */
  static resume(path: string, settings: string, at: { stage: string; iteration: number }): TrainLog {
    const events = eventsOf(path);
    const kept = events.filter((e) => before(e, events, at));
    writeFileSync(path, kept.map((e) => `${JSON.stringify(e)}\n`).join(''));
    return new TrainLog(path, settings, kept);
  }

  private constructor(path: string, settings: string, events: readonly LogEvent[]) {
    this.#path = path;
    this.run = { settings, stages: [] };
    for (const event of events) this.#take(event);
  }

  add(event: LogEvent): void {
    appendFileSync(this.#path, `${JSON.stringify(event)}\n`);
    this.#take(event);
  }

  #take(event: LogEvent): void {
    const { stages } = this.run;
    if (event.kind === 'begin' && stages.at(-1)?.name !== event.stage)
      stages.push({ name: event.stage, steps: [], tests: [], end: null });
    const stage = stages.at(-1);
    if (!stage) return;
    if (event.kind === 'step') {
      const { done: iteration, loss, rate, seconds } = event.step;
      stage.steps.push({ iteration, loss, rate, seconds });
    }
    if (event.kind === 'test') stage.tests.push({ iteration: event.iteration, heads: event.heads });
    if (event.kind === 'end') stage.end = event.report;
  }
}

function eventsOf(path: string): LogEvent[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  return lines.flatMap((line): LogEvent[] => {
    try {
      return [JSON.parse(line)];
    } catch {
      return []; // a line that was being written when the run was killed
    }
  });
}

/** Whether an event is of the run before the checkpoint. */
function before(e: LogEvent, all: readonly LogEvent[], at: { stage: string; iteration: number }): boolean {
  if (e.stage !== at.stage) return all.findIndex((x) => x.stage === at.stage) > all.indexOf(e);
  if (e.kind === 'step') return e.step.done <= at.iteration;
  if (e.kind === 'test') return e.iteration <= at.iteration;
  return e.kind === 'begin';
}
