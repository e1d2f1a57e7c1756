// Reports as one HTML file each, which opens without a server.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escaped } from './html.js';

/** A file beside the bundle. */
const beside = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');

/** JSON that may stand in a script. */
export const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** A table whose first row names the columns. */
export function htmlTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => `<${i === 0 ? 'th' : 'td'}>${escaped(cell)}`).join('');
  return `<table><tr>${head.map((cell) => `<th>${escaped(cell)}`).join('')}${rows.map((row) => `<tr>${line(row)}`).join('\n')}</table>`;
}

export interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** Runs behind the body; has uPlot, `colours` and the `size` of a plot. */
  readonly script: string;
  /** Whether the page loads itself again every ten seconds. */
  readonly running?: boolean;
}

export const htmlPage = ({ title, body, script, running = false }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rarefy: ${escaped(title)}</title>
${running ? '<meta http-equiv="refresh" content="10">' : ''}
<style>${beside('uPlot.min.css')}
body { font: 15px/1.4 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 0.5em 0 } td, th { padding: 0.15em 0.7em; text-align: right; border-bottom: 1px solid #ddd }
th:first-child { text-align: left } .plots { display: flex; flex-wrap: wrap; gap: 1em } pre { white-space: pre-wrap; color: #555 }
blockquote { color: #555 } figure { margin: 1em 0 } figure img { image-rendering: pixelated; min-width: 50% }
</style></head><body>
${body}
<script>${beside('uPlot.iife.min.js')}</script>
<script>
const colours = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'];
const size = { width: 520, height: 260, scales: { x: { time: false } } };
${script}
</script></body></html>
`;
