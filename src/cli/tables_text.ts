// Tables 1 to 5 of the paper, what was reproduced of them, and the commands that fill the rest.

import type { ReproducedTable } from '../metrics/paper_tables.js';
import type { Table1Column } from '../nets/table1.js';
import { markdownTable, table } from './table.js';

/** Rows that were measured here, as `docs/results.json` holds them: by table and row, a value for each column. */
export type Results = Readonly<
  Record<string, { readonly values: readonly (number | string | null)[]; readonly note: string }>
>;

/** Scores have one decimal, as the paper's; counts are texts. */
const shown = (value: number | string | null): string =>
  value === null ? '' : typeof value === 'number' ? value.toFixed(1) : value;

/** What follows from the nets themselves: the last four columns of Table 1. */
export function computedCells(columns: readonly Table1Column[]): Results {
  return Object.fromEntries(
    columns.map(({ title, computed, variant }) => [
      `1/${title}`,
      {
        values: [
          null,
          null,
          `${computed.convLayers}`,
          computed.parameters.toLocaleString('en-US'),
          variant
            ? `${computed.field} (${variant.computed.field} with ${variant.keeps})`
            : `${computed.field}`,
          `${computed.stride}`,
        ],
        note: 'computed from the nets: rarefy table1',
      },
    ]),
  );
}

/** Results of one row together: a measured value stands before a computed one. */
export function merged(...all: readonly Results[]): Results {
  const made: Record<string, Results[string]> = {};
  for (const results of all)
    for (const [key, { values, note }] of Object.entries(results)) {
      const before = made[key];
      made[key] = {
        values: values.map((value, i) => value ?? before?.values[i] ?? null),
        note: before ? `${before.note}; ${note}` : note,
      };
    }
  return made;
}

const rowsOf = ({ number, columns, rows }: ReproducedTable, results: Results): string[][] => [
  ['', ...columns],
  ...rows.flatMap(({ name, paper, commands }) => {
    const ours = results[`${number}/${name}`];
    return [
      [name, ...paper.map(shown)],
      ...(commands.length > 0
        ? [['  here', ...columns.map((_, i) => (ours?.values[i] == null ? '-' : shown(ours.values[i])))]]
        : []),
    ];
  }),
];

/** For a terminal. */
export function tablesText(tables: readonly ReproducedTable[], results: Results): string {
  return tables
    .map((t) => {
      const notes = t.rows.flatMap(({ name }) => {
        const found = results[`${t.number}/${name}`];
        return found ? [`${name}: ${found.note}`] : [];
      });
      return [
        `Table ${t.number}. ${t.title}`,
        table(rowsOf(t, results)),
        ...(notes.length > 0 ? [notes.join('\n')] : []),
        `Needs ${t.needs.join(';\n      ')}`,
        ...t.rows
          .filter(({ commands }) => commands.length > 0)
          .map(({ name, commands }) => [`${name}:`, ...commands.map((line) => `  ${line}`)].join('\n')),
      ].join('\n\n');
    })
    .join('\n\n\n');
}

/** The same as docs/reproduce.md. */
export function tablesMarkdown(tables: readonly ReproducedTable[], results: Results): string {
  const parts = tables.map((t) => {
    const rows = rowsOf(t, results).map((row) => row.map((cell) => cell.trim()));
    const notes = t.rows.flatMap(({ name }) => {
      const found = results[`${t.number}/${name}`];
      return found ? [`- ${name}, here: ${found.note}.`] : [];
    });
    return [
      `## Table ${t.number}`,
      `${t.title}.`,
      markdownTable(rows),
      ...(notes.length > 0 ? [notes.join('\n')] : []),
      ['It needs:', '', ...t.needs.map((file) => `- ${file}`)].join('\n'),
      ...t.rows
        .filter(({ commands }) => commands.length > 0)
        .map(({ name, commands }) => [`${name}:`, '', '```sh', ...commands, '```'].join('\n')),
    ].join('\n\n');
  });
  return `${["# The paper's tables", INTRODUCTION, ...parts].join('\n\n')}\n`;
}

const INTRODUCTION = `\`npx rarefy tables\` prints this page; \`npx rarefy tables --markdown\` writes it. Rows are the paper's, and below each what this project
gives, where it was run: a dash stands where nobody has run the commands yet, as the files may not be shipped with the project.
\`seg11valid\` is the authors' list of 736 images. The released models (\`npx rarefy pull voc-fcn8s\` and others) are not those of the
tables: they were trained longer, on more data.`;
