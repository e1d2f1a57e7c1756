// A labelled scene as one HTML file that opens without a server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterName } from '../gpu/device.js';
import type { SegmentReport } from '../page/jobs/segment.js';
import { escaped } from './html.js';

const percent = (v: number | null): string => (v === null ? '–' : `${(100 * v).toFixed(1)} %`);

const CAPTIONS = [
  ['.png', 'scene'],
  ['-overlay.png', 'labels of the net over it'],
  ['-labels.png', 'labels of the net'],
  ['-truth.png', 'exact labels'],
] as const;

/** Pictures, legend with the IU of each class, and times of a scene; `out` is the folder of its pictures. */
export function scenePage(report: SegmentReport, run: SegmentReport['runs'][number], out: string): string {
  const pictures = CAPTIONS.map(([end, caption]) => {
    const bytes = readFileSync(join(out, `${run.image}${end}`)).toString('base64');
    return `<figure><img alt="${caption}" src="data:image/png;base64,${bytes}"><figcaption>${caption}</figcaption></figure>`;
  });
  const legend = run.labels.map(
    ({ name, index, color, share, iu }) =>
      `<tr><td><i style="background:${color}"></i>${escaped(name ?? String(index))}<td>${percent(share)}<td>${percent(iu)}`,
  );
  const layers = run.layers
    .filter(({ ms }) => ms > 0)
    .map(({ layer, kind, ms }) => `<tr><td>${escaped(layer)}<td>${escaped(kind)}<td>${ms.toFixed(2)}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rarefy: a scene</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; max-width: 1200px; margin: 2em auto; padding: 0 1em; color: #222 }
figure { display: inline-block; margin: 0 1em 1em 0 } img { width: 256px; image-rendering: pixelated; display: block }
table { border-collapse: collapse; margin: 0.5em 0 } td, th { padding: 0.15em 0.7em; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child { text-align: left } i { display: inline-block; width: 1em; height: 1em; margin-right: 0.5em; border: 1px solid #888; vertical-align: -0.15em }
</style></head><body>
<h1>${escaped(report.net)} on a generated scene</h1>
<p>${escaped(adapterName(report.adapter))}: compiled in ${report.compileMs.toFixed(0)} ms, ran in ${run.ms.toFixed(0)} ms,
${run.gflop.toFixed(3)} GFLOP, ${run.height} x ${run.width} pixels.
${run.scores ? `Pixel accuracy ${percent(run.scores.pixelAcc)}, mean IU ${percent(run.scores.meanIU)} of this picture alone.` : ''}</p>
${pictures.join('\n')}
<table><tr><th>label<th>share<th>IU with the exact labels${legend.join('')}</table>
<details><summary>time of each layer</summary><table><tr><th>layer<th>kind<th>ms${layers.join('')}</table></details>
</body></html>
`;
}
