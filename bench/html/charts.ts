// Drawings of a benchmark as SVG: they need neither scripts nor a server.
import { escaped } from '../../src/cli/html.js';
import { type Ceilings, ceilingShare } from '../ceilings/ceilings.js';
import { ENGINES, type EngineName } from '../contender.js';
import type { Row } from '../report.js';
import { digits, msText } from '../text.js';
import { logScale } from './scale.js';

export const COLOURS: Readonly<Record<EngineName, string>> = {
  rarefy: '#0b6e4f',
  'rarefy-f16': '#5fae8b',
  'ort-webgpu': '#d1603d',
  'tfjs-webgpu': '#e8a33d',
  'ort-wasm-1': '#7d83b8',
  'ort-wasm-2': '#a9add6',
  'torch-cuda': '#8a5a9e',
  'torch-mps': '#8a5a9e',
  'torch-cpu': '#8a5a9e',
};

const px = (value: number): string => value.toFixed(1);
const text = (x: number, y: number, content: string, how = ''): string =>
  `<text x="${px(x)}" y="${px(y)}" ${how}>${escaped(content)}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, how: string): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" ${how}/>`;
const svg = (width: number, height: number, label: string, content: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${px(height)}" width="${width}" role="img" aria-label="${escaped(label)}">${content.join('\n')}</svg>`;
const GRID = 'stroke="#ddd"';

const LABEL = 250;
const WIDTH = 960;
const BAR = 11;

/** A group of bars a case, a bar an engine, milliseconds on a logarithmic axis: a tenth of the time is one step. */
export function bars(rows: readonly Row[]): string {
  const cases = [...new Set(rows.map((r) => r.case))];
  const scale = logScale(
    rows.map((r) => r.medianMs),
    LABEL,
    WIDTH - 70,
  );
  const marks: string[] = [];
  let y = 24;
  for (const name of cases) {
    const own = ENGINES.flatMap((engine) => rows.filter((r) => r.case === name && r.engine === engine));
    marks.push(text(LABEL - 8, y + (own.length * BAR) / 2 + 4, name, 'text-anchor="end"'));
    for (const r of own) {
      const end = scale.at(r.medianMs);
      const [low, high] = [scale.at(r.minMs), scale.at(r.maxMs)];
      marks.push(
        `<rect x="${LABEL}" y="${px(y)}" width="${px(Math.max(1, end - LABEL))}" height="${BAR - 2}" fill="${COLOURS[r.engine]}"><title>${escaped(`${r.case}, ${r.engine}: ${digits(r.medianMs)} ms (${digits(r.minMs)} to ${digits(r.maxMs)}), ${r.variant}`)}</title></rect>`,
        line(low, y + BAR / 2 - 1, high, y + BAR / 2 - 1, 'stroke="#222"'),
        text(Math.max(end, high) + 5, y + BAR - 2.5, msText(r), 'font-size="10"'),
      );
      y += BAR;
    }
    y += 8;
  }
  const axis = scale.ticks.flatMap((tick) => [
    line(scale.at(tick), 16, scale.at(tick), y, GRID),
    text(scale.at(tick), 12, `${tick} ms`, 'text-anchor="middle" font-size="10"'),
  ]);
  return svg(WIDTH, y + 4, 'milliseconds per case and engine', [...axis, ...marks]);
}

/** Our rows under the adapter's own ceilings: GFLOP/s over FLOPs per byte. */
export function roofline(rows: readonly Row[], ceilings: Ceilings): string {
  const ours = rows.filter((r) => r.engine === 'rarefy' && r.flops > 0);
  const [left, right, top, bottom] = [60, WIDTH - 20, 20, 420];
  const ridge = ceilings.fmaGflops / ceilings.copyGbps;
  const x = logScale([...ours.map((r) => r.flops / r.bytes), ridge / 3, ridge * 3], left, right);
  const y = logScale([...ours.map((r) => r.gflops), ceilings.fmaGflops], bottom, top);
  const [first, last] = [x.ticks[0]!, x.ticks.at(-1)!];
  const roof = [first, ridge, last].map(
    (v) =>
      `${px(x.at(v))},${px(y.at(Math.max(y.ticks[0]!, Math.min(ceilings.fmaGflops, v * ceilings.copyGbps))))}`,
  );
  return svg(WIDTH, 460, 'roofline', [
    ...x.ticks.flatMap((t) => [
      line(x.at(t), top, x.at(t), bottom, GRID),
      text(x.at(t), bottom + 16, `${t}`, 'text-anchor="middle" font-size="10"'),
    ]),
    ...y.ticks.flatMap((t) => [
      line(left, y.at(t), right, y.at(t), GRID),
      text(left - 6, y.at(t) + 4, `${t}`, 'text-anchor="end" font-size="10"'),
    ]),
    `<polyline points="${roof.join(' ')}" fill="none" stroke="#222" stroke-width="1.5"/>`,
    ...ours.map((r) => {
      const share = ceilingShare({ ...r, ms: r.medianMs }, ceilings);
      const about = `${r.case}: ${digits(r.gflops)} GFLOP/s, ${digits(100 * share)}% of its ceiling`;
      return `<circle cx="${px(x.at(r.flops / r.bytes))}" cy="${px(y.at(r.gflops))}" r="4" fill="${COLOURS.rarefy}" fill-opacity="0.7"><title>${escaped(about)}</title></circle>`;
    }),
    text((left + right) / 2, bottom + 34, 'FLOPs per byte', 'text-anchor="middle"'),
    text(left, top - 6, 'GFLOP/s', ''),
  ]);
}

/** Where the time of a net goes: a bar a layer, on a linear axis. */
export function layerBars({ case: name, layers = [] }: Row): string {
  const most = Math.max(...layers.map((l) => l.ms), 1e-9);
  const row = 15;
  return svg(
    WIDTH,
    layers.length * row + 6,
    `time per layer of ${name}`,
    layers.flatMap((l, i) => {
      const width = (l.ms / most) * (WIDTH - LABEL - 190);
      const rate = l.flops > 0 && l.ms > 0 ? `, ${digits(l.flops / l.ms / 1e6)} GFLOP/s` : '';
      return [
        text(LABEL - 8, i * row + 11, l.layer, 'text-anchor="end" font-size="11"'),
        `<rect x="${LABEL}" y="${i * row + 1}" width="${px(Math.max(width, 1))}" height="${row - 3}" fill="${COLOURS.rarefy}"/>`,
        text(LABEL + width + 5, i * row + 11, `${digits(l.ms)} ms${rate}`, 'font-size="10"'),
      ];
    }),
  );
}
