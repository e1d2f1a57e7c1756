// The worked example of shift-and-stitch, as text.
import type { Rows, WorkedExample } from '../graph/dense/example.js';

const show = (rows: Rows): string[] =>
  rows.map((row) => row.map((value) => `${value}`.padStart(2)).join(' '));

/** Blocks of lines side by side. */
function beside(...blocks: readonly (readonly string[])[]): string {
  const height = Math.max(...blocks.map((lines) => lines.length));
  const widths = blocks.map((lines) => Math.max(...lines.map((line) => line.length)));
  const line = (y: number) => blocks.map((lines, i) => (lines[y] ?? '').padEnd(widths[i]!)).join('   ');
  return Array.from({ length: height }, (_line, y) => line(y).trimEnd()).join('\n');
}

/** What `rarefy equivalence --example` prints of an example whose pools round their size down or up. */
export function exampleText(
  { map, shifts, stitched, dense }: WorkedExample,
  rounding: 'down' | 'up',
): string {
  const pooled = shifts.map((s) => [`shift ${s.dy} ${s.dx}`, ...show(s.pooled)]);
  const same = JSON.stringify(stitched) === JSON.stringify(dense);
  return [
    `A 2x2 max-pool of stride 2 whose size is rounded ${rounding}, on 5x5 values and three shifts of them:`,
    beside(['map', ...show(map)], ...pooled),
    `The four stitched, and the same pool with stride 1: ${same ? 'equal' : 'different'}`,
    beside(['stitched', ...show(stitched)], ['stride 1', ...show(dense)]),
  ].join('\n\n');
}
