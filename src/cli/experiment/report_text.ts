// The results of an experiment as Markdown.
import type { Paired, Spread } from '../../metrics/spread.js';
import { duration } from '../duration.js';
import { markdownTable } from '../table.js';
import type { Protocol } from './protocol.js';
import { MEASURE_KEYS, MEASURES, type Measure } from './result.js';
import type { DrawnSheet } from './sheet.js';
import { percent, type Summary } from './summary.js';

/** The mean, and from the least to the most where there are several. */
const ranged = (of: Spread | null, show: (value: number) => string): string =>
  of === null
    ? '-'
    : of.count === 1
      ? show(of.mean)
      : `${show(of.mean)} (${show(of.least)}..${show(of.most)})`;

const points = (share: number) => percent(share).replace(/^(?!-)|^-(?=0\.0$)/, '+');

const differed = (of: Paired | null): string =>
  of === null ? '-' : `${ranged(of, points)}, ${of.agree} of ${of.count}`;

const seedsText = (count: number): string => (count === 1 ? 'one seed' : `${count} seeds`);

/** The measures that any row has; the four of the paper in any case. */
const shownMeasures = ({ rows }: Summary): Measure[] =>
  MEASURE_KEYS.filter((key) => key !== 'geometricAcc' || rows.some(({ measures }) => measures[key]));

/** A row for each run. */
export function resultRows(summary: Summary): string[][] {
  const shown = shownMeasures(summary);
  return [
    ['%', ...shown.map((key) => MEASURES[key][0]), 'time', 'over'],
    ...summary.rows.map(({ id, seeds, measures, seconds }) => [
      id,
      ...shown.map((key) => ranged(measures[key], percent)),
      ranged(seconds, duration),
      seeds.length === 0 ? 'no result' : seedsText(seeds.length),
    ]),
  ];
}

/** A row for each pair. */
export function differenceRows(summary: Summary): string[][] {
  const shown = shownMeasures(summary);
  const quoted = summary.differences.some(({ says }) => says !== undefined);
  return [
    ['points', ...shown.map((key) => MEASURES[key][0]), 'over', ...(quoted ? ['the paper'] : [])],
    ...summary.differences.map(({ pair: [a, b], says, measures }) => [
      `${a} to ${b}`,
      ...shown.map((key) => differed(measures[key])),
      seedsText(Math.max(0, ...shown.map((key) => measures[key]?.count ?? 0))),
      ...(quoted ? [says ?? ''] : []),
    ]),
  ];
}

export const RESULT_NOTE =
  'Means over seeds with the least and the most in brackets. Time is that of the steps.';
export const DIFFERENCE_NOTE =
  'How much more the second has than the first, seed by seed: the mean, the least and the most, and how many seeds have its sign.';

/** What a sheet shows. */
export function pictureText({ columns, rows, seed }: DrawnSheet): string {
  const worst = rows.find((row) => row.worst);
  const last = columns.at(-2)!;
  const failure =
    worst === undefined
      ? ''
      : ` Picture ${worst.picture} is that in which ${last} finds least: its mean IU is ${percent(worst.meanIU.at(-1) ?? 0)}%.`;
  return `From left to right: ${columns.join(', ')}; seed ${seed}; pictures ${rows.map(({ picture }) => picture).join(', ')} of the test.${failure}`;
}

/** The file `results.md`. */
export function reportMarkdown(
  { name, paper }: Protocol,
  summary: Summary,
  sheets: readonly DrawnSheet[] = [],
): string {
  const { differences, order } = summary;
  return `${[
    `# ${name}`,
    `The paper: "${paper.says}" (${paper.where})`,
    markdownTable(resultRows(summary)),
    RESULT_NOTE,
    ...(differences.length > 0 ? [markdownTable(differenceRows(summary)), DIFFERENCE_NOTE] : []),
    ...(order === null ? [] : [order]),
    ...sheets.flatMap((sheet) => [`![${sheet.name}](${sheet.file})`, pictureText(sheet)]),
  ].join('\n\n')}\n`;
}
