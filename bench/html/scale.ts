/** A logarithmic axis from values to pixels, that begins and ends at powers of ten. */
export interface Scale {
  at(value: number): number;
  /** The powers of ten on it. */
  readonly ticks: readonly number[];
}

/** @param from pixels of the smallest value, @param to pixels of the largest */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((v) => v > 0 && Number.isFinite(v));
  const low = positive.length > 0 ? Math.floor(Math.log10(Math.min(...positive))) : 0;
  const high = positive.length > 0 ? Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive)))) : 1;
  const at = (v: number) => from + ((Math.log10(v) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}
