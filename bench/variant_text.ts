import { table } from '../src/cli/table.js';
import { adapterName } from '../src/gpu/device.js';
import { lowerQuartile, median, roundRatios } from './statistics.js';
import { digits, errorText, msText, times } from './text.js';
import type { VariantReport } from './variant.js';

/** How a variant did, for its author. */
export function variantText({ adapter, variant, replaces, checked, failed, rows }: VariantReport): string {
  const head = `${variant} in the place of ${replaces}, ${adapterName(adapter)}`;
  if (failed.length > 0)
    return [
      head,
      `WRONG in ${failed.length} of ${checked} cases, so nothing was timed:`,
      ...failed.map(
        (f) =>
          `  ${f.case}: error ${f.error.toExponential(1)}, should be at most ${f.tolerance.toExponential(1)}`,
      ),
    ].join('\n');
  const own = new Map(rows.filter((r) => r.variant === variant).map((r) => [r.case, r]));
  const lines = rows.map((r) => {
    const ratios = roundRatios(own.get(r.case)!.samples, [r.samples]);
    return [
      r.case,
      r.variant,
      msText(r),
      digits(r.minMs),
      digits(r.maxMs),
      r.gpuMs ? digits(r.gpuMs) : '-',
      r.flops > 0 ? digits(r.gflops) : '-',
      digits(r.gbps),
      errorText(r),
      r.variant === variant ? '' : `${times(median(ratios))} (${times(lowerQuartile(ratios))})`,
    ];
  });
  const columns = ['case', 'kernels', 'ms', 'min', 'max', 'GPU ms', 'GFLOP/s', 'GB/s', 'error'];
  return [
    head,
    `right in all ${checked} cases`,
    '',
    table([[...columns, `time over ${variant}'s: median (lower quartile)`], ...lines]),
  ].join('\n');
}
