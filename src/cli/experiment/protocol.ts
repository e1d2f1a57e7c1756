// A protocol: which runs, from which others, on which data, and what their results are compared in.

import { stripVTControlCharacters } from 'node:util';
import { LAYOUTS } from '../../data/open.js';
import { parseScenes } from '../../data/scenes.js';
import { parseSpec } from '../../data/spec.js';
import { FormatError } from '../../errors.js';
import {
  type Check,
  flag,
  list,
  object,
  optional,
  pairOf,
  record,
  text,
  whole,
  wrong,
} from '../../graph/forms/check.js';
import type { Recipe } from '../../train/recipes.js';
import { Files } from '../model_args.js';
import { parseTrain, TRAIN_ARGS, type TrainArgs, trainOptions } from '../train_args.js';
import { ordered } from './schedule.js';

/** What a run is scored on. */
export interface TestSpec {
  readonly data: string;
  readonly split: string;
  /** The first so many pictures of the split; all without. */
  readonly count?: number;
}

/** One row of the results. */
export interface Run {
  readonly id: string;
  /** The runs of the same seed whose models it starts from, in the order of `train --weights`. */
  readonly from: readonly string[];
  readonly test: TestSpec;
  /** Options of `train`, as words of its command line. */
  readonly words: readonly string[];
  readonly steps: number;
  /** Images that they learn from. */
  readonly images: number;
}

/** A sheet of pictures: a row each, with what each run finds in it. */
export interface Sheet {
  readonly name: string;
  readonly runs: readonly string[];
  /** The first so many pictures of the test, or these. */
  readonly scenes?: number | readonly number[];
  /** Also that in which the last of the runs has the lowest mean IU. */
  readonly worst?: boolean;
}

/** Two runs, and what the paper says of the second beside the first, where it does. */
export interface Comparison {
  readonly pair: readonly [string, string];
  readonly says?: string;
}

export interface Protocol {
  readonly name: string;
  /** What is tried. */
  readonly paper: { readonly says: string; readonly where: string };
  readonly seeds: readonly number[];
  /** Each behind those that it starts from. */
  readonly runs: readonly Run[];
  /** Pairs whose differences are printed. */
  readonly compare: readonly Comparison[];
  /** Runs from the worst to the best mean IU, as they are expected to come. */
  readonly expect: readonly string[];
  readonly pictures: readonly Sheet[];
}

const SHORT = 200;
const name: Check<string> = (value, at) =>
  typeof value === 'string' && /^\w[\w.-]{0,63}$/.test(value)
    ? value
    : wrong(value, at, 'a name of letters, digits, _, - and .');
const names = list(name, 1000);

/** Options that the runner gives. */
const OWN = ['seed', 'out', 'resume'];

type Option = { readonly type: string };
const OPTIONS: Readonly<Record<string, Option>> = Object.fromEntries(
  Object.entries(TRAIN_ARGS).filter(([key]) => !OWN.includes(key)),
);

/** The value of an option as a word of the command line. */
function word(key: string, value: unknown, at: string): string {
  if (OPTIONS[key]!.type === 'boolean') return flag(value, at) ? `--${key}` : `--no-${key}`;
  const parts = Array.isArray(value) ? value : [value];
  for (const part of parts)
    if (typeof part !== 'string' && typeof part !== 'number')
      wrong(part, at, 'a text or a number, or a list of them');
  return `--${key}=${parts.join(',')}`;
}

interface TestGiven {
  readonly data?: string;
  readonly split?: string;
  readonly count?: number;
}
const testGiven = record<TestGiven>({
  data: optional(text(4096)),
  split: optional(text(SHORT)),
  count: optional(whole(1, 1e7)),
});

/** A run as it is written, over what is common to all. */
function runOf(value: unknown, defaults: Readonly<Record<string, unknown>>, at: string): Run {
  const { id, from, ...own } = object(value, at);
  const given = { ...defaults, ...own };
  const place = (key: string) => (Object.hasOwn(own, key) ? `${at}.${key}` : `defaults.${key}`);
  const test = {
    split: 'val',
    ...(defaults.test === undefined ? {} : testGiven(defaults.test, 'defaults.test')),
    ...(own.test === undefined ? {} : testGiven(own.test, `${at}.test`)),
  };
  const { data } = test;
  if (data === undefined) throw new FormatError(`${at}.test: no data, should say what the run is scored on`);
  const words = Object.entries(given).flatMap(([key, option]) => {
    if (key === 'test') return [];
    if (!Object.hasOwn(OPTIONS, key))
      throw new FormatError(
        `${place(key)}: should be id, from, test, or an option of train but for ${OWN.join(', ')}`,
      );
    return option === null ? [] : [word(key, option, place(key))]; // null undoes what is common
  });
  const sources =
    from === undefined ? [] : Array.isArray(from) ? names(from, `${at}.from`) : [name(from, `${at}.from`)];
  if (sources.length > 0 && given.weights !== undefined)
    throw new FormatError(`${at}: from and weights, should be one of them`);
  const run = { id: name(id, `${at}.id`), from: sources, test: { ...test, data }, words };
  return { ...run, ...checkTrain(run, at) };
}

/** The options of `train` for a run. */
export const trainArgs = (run: Pick<Run, 'words'>, more: readonly string[]): TrainArgs =>
  parseTrain([...run.words, ...more]);

/** What `train` and the data sets say of a run, before anything runs. */
function checkTrain(run: Omit<Run, 'steps' | 'images'>, at: string): Pick<Run, 'steps' | 'images'> {
  try {
    const { stages, batch, data } = trainOptions(trainArgs(run, ['--out=.']), new Files());
    const [learnt, test] = [data, run.test.data].map((spec) => parseSpec(spec, LAYOUTS));
    if (learnt!.layout === 'scenes' && test!.layout === 'scenes') {
      const [a, b] = [learnt, test].map((spec) => parseScenes(spec!.source, spec!.text).seed);
      if (a === b)
        throw new FormatError(`scenes of seed ${a} to learn from and to test on, should be of two seeds`);
    }
    const sum = (of: (recipe: Recipe) => number) => stages.reduce((all, { recipe }) => all + of(recipe), 0);
    return {
      steps: sum(({ iterations }) => iterations),
      images: sum(({ iterations, solver }) => iterations * solver.iterSize * batch),
    };
  } catch (error) {
    throw new FormatError(`${at}: ${stripVTControlCharacters((error as Error).message)}`);
  }
}

const sheet = record<Sheet>({
  name,
  runs: list(name, 20, 1),
  scenes: optional((value, at) =>
    Array.isArray(value) ? list(whole(0, 1e7), 100, 1)(value, at) : whole(0, 100)(value, at),
  ),
  worst: optional(flag),
});

const comparison: Check<Comparison> = (value, at) =>
  Array.isArray(value)
    ? { pair: pairOf(name)(value, at) }
    : record<Comparison>({ pair: pairOf(name), says: optional(text(4096)) })(value, at);

interface Given extends Omit<Protocol, 'runs' | 'compare' | 'expect' | 'pictures'> {
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly runs: readonly unknown[];
  readonly compare?: Protocol['compare'];
  readonly expect?: Protocol['expect'];
  readonly pictures?: Protocol['pictures'];
}

const given = record<Given>({
  name: text(SHORT),
  paper: record<Protocol['paper']>({ says: text(4096), where: text(SHORT) }),
  seeds: list(whole(0, Number.MAX_SAFE_INTEGER), 100, 1),
  defaults: optional(object),
  runs: list<unknown>((value) => value, 1000, 1),
  compare: optional(list(comparison, 1000)),
  expect: optional(names),
  pictures: optional(list(sheet, 100)),
});

/** Takes a protocol from its JSON. @throws FormatError with the place in the file */
export function parseProtocol(json: string): Protocol {
  const {
    defaults = {},
    compare = [],
    expect = [],
    pictures = [],
    ...said
  } = given(parsed(json), 'protocol');
  for (const key of ['id', 'from'])
    if (Object.hasOwn(defaults, key)) throw new FormatError(`defaults.${key}: should stand in each run`);
  const runs = said.runs.map((value, i) => runOf(value, defaults, `runs[${i}]`));
  const ids = runs.map(({ id }) => id);
  once(ids, (i) => `runs[${i}].id`);
  once(said.seeds, (i) => `seeds[${i}]`);
  once(
    pictures.map((each) => each.name),
    (i) => `pictures[${i}].name`,
  );
  const known = (id: string, at: string) => {
    if (!ids.includes(id)) throw new FormatError(`${at}: no run ${id}, should be one of ${ids.join(', ')}`);
  };
  for (const [i, { from }] of runs.entries()) for (const id of from) known(id, `runs[${i}].from`);
  for (const [i, { pair }] of compare.entries()) for (const id of pair) known(id, `compare[${i}]`);
  for (const id of expect) known(id, 'expect');
  for (const [i, each] of pictures.entries()) {
    for (const id of each.runs) known(id, `pictures[${i}].runs`);
    const { count } = runs.find(({ id }) => id === each.runs.at(-1))!.test;
    const most = typeof each.scenes === 'object' ? Math.max(...each.scenes) : -1;
    if (count !== undefined && most >= count)
      throw new FormatError(
        `pictures[${i}].scenes: ${most}, should be below ${count}, the count of the test`,
      );
  }
  return { ...said, runs: ordered(runs), compare, expect, pictures };
}

function once(values: readonly (string | number)[], at: (i: number) => string): void {
  for (const [i, value] of values.entries())
    if (values.indexOf(value) < i) throw new FormatError(`${at(i)}: ${value} again, should be there once`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`protocol: ${(cause as Error).message}, should be JSON`);
  }
}
