/** A multinomial logistic regression: scores of K classes from D features and a constant. */
export interface LinearClassifier {
  /** The largest entry of the loss's gradient: near 0 where it is trained to the end. */
  readonly gradient: number;
  classify(features: ArrayLike<number>, count: number): Uint8Array;
}

/** Means, and the lower triangle that makes features uncorrelated with deviation 1: the inverse of a Cholesky factor. */
function whitening(x: Float64Array, d: number): { mean: Float64Array; inverse: Float64Array } {
  const n = x.length / d;
  const mean = new Float64Array(d);
  for (let i = 0; i < x.length; i++) mean[i % d]! += x[i]! / n;
  const factor = new Float64Array(d * d);
  for (let i = 0; i < n; i++)
    for (let a = 0; a < d; a++)
      for (let b = 0; b <= a; b++)
        factor[a * d + b]! += ((x[i * d + a]! - mean[a]!) * (x[i * d + b]! - mean[b]!)) / n;
  for (let a = 0; a < d; a++)
    for (let b = 0; b <= a; b++) {
      let rest = factor[a * d + b]!;
      for (let k = 0; k < b; k++) rest -= factor[a * d + k]! * factor[b * d + k]!;
      factor[a * d + b] = a === b ? Math.sqrt(rest + 1e-9) : rest / factor[b * d + b]!;
    }
  const inverse = new Float64Array(d * d);
  for (let column = 0; column < d; column++)
    for (let row = column; row < d; row++) {
      let value = row === column ? 1 : 0;
      for (let k = column; k < row; k++) value -= factor[row * d + k]! * inverse[k * d + column]!;
      inverse[row * d + column] = value / factor[row * d + row]!;
    }
  return { mean, inverse };
}

/**
 * Fits by Nesterov's accelerated descent on whitened features, with restarts where the loss would rise.
 * @param x [n, d] in rows. @param weights of each class in the loss.
 */
export function fitLinear(
  x: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
  weights: readonly number[],
  steps: number,
): LinearClassifier {
  const n = labels.length;
  const d = x.length / n;
  const { mean, inverse } = whitening(x, d);
  const width = d + 1;
  const prepared = (features: ArrayLike<number>, i: number, into: Float64Array, at: number) => {
    for (let a = 0; a < d; a++) {
      let value = 0;
      for (let b = 0; b <= a; b++) value += inverse[a * d + b]! * (features[i * d + b]! - mean[b]!);
      into[at + a] = value;
    }
    into[at + d] = 1;
  };
  const white = new Float64Array(n * width);
  let total = 0;
  for (let i = 0; i < n; i++) {
    prepared(x, i, white, i * width);
    total += weights[labels[i]!]!;
  }
  const scoresOf = (from: Float64Array, at: number, w: Float64Array, into: Float64Array) => {
    for (let k = 0; k < classes; k++) {
      let score = 0;
      for (let a = 0; a < width; a++) score += from[at + a]! * w[k * width + a]!;
      into[k] = score;
    }
  };
  const scores = new Float64Array(classes);
  /** Loss and gradient. */
  const slope = (w: Float64Array, g: Float64Array): number => {
    g.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const label = labels[i]!;
      scoresOf(white, i * width, w, scores);
      const most = scores.reduce((a, b) => Math.max(a, b));
      const own = scores[label]! - most;
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += scores[k] = Math.exp(scores[k]! - most);
      const share = weights[label]! / total;
      loss += share * (Math.log(sum) - own);
      for (let k = 0; k < classes; k++) {
        const error = share * (scores[k]! / sum - (k === label ? 1 : 0));
        for (let a = 0; a < width; a++) g[k * width + a]! += error * white[i * width + a]!;
      }
    }
    return loss;
  };
  let w = new Float64Array(classes * width);
  let ahead = w;
  let momentum = 1;
  let least = Number.POSITIVE_INFINITY;
  const g = new Float64Array(w.length);
  // The loss's curvature is at most half the largest eigenvalue of the features' second moments, here near 1.
  const rate = 1;
  for (let step = 0; step < steps; step++) {
    const loss = slope(ahead, g);
    const next = ahead.map((value, i) => value - rate * g[i]!);
    if (loss > least) momentum = 1;
    least = Math.min(loss, least);
    const grown = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    ahead = next.map((value, i) => value + ((momentum - 1) / grown) * (value - w[i]!));
    [w, momentum] = [next, grown];
  }
  slope(w, g);
  return {
    gradient: g.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    classify: (features, count) => {
      const row = new Float64Array(width);
      return Uint8Array.from({ length: count }, (_, i) => {
        prepared(features, i, row, 0);
        scoresOf(row, 0, w, scores);
        return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
      });
    },
  };
}
