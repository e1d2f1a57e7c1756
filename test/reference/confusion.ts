/** [K, K + 1]: pixels by truth and label, the last column for labels that are no class. */
export function confusion(
  truth: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  ignore: number | null,
): Float64Array {
  const y = new Float64Array(classes * (classes + 1));
  for (let pixel = 0; pixel < truth.length; pixel++) {
    if (truth[pixel]! >= classes || truth[pixel] === ignore) continue;
    y[truth[pixel]! * (classes + 1) + Math.min(labels[pixel]!, classes)]!++;
  }
  return y;
}
