import type { Graph } from '../graph/builder.js';
import { parameters } from '../graph/parameters.js';
import { uniform } from '../random.js';
import type { Weights } from './weights.js';

/**
 * Reproducible weights for a net that has none: uniform with the variance 2 / fan-in of He et al.
 * (arXiv:1502.01852), so that values keep their size through ReLU layers; small biases and means; factors
 * and slopes of one half to one; variances of one half to one and a half.
 */
export function seededWeights(graph: Graph, seed: number): Weights {
  const weights: Weights = new Map();
  for (const [i, { name, dims }] of parameters(graph).entries()) {
    const size = dims.reduce((a, b) => a * b, 1);
    const data = uniform(size, seed * 1000 + i);
    if (dims.length > 1) {
      const bound = Math.sqrt((6 * dims[0]!) / size);
      for (let k = 0; k < size; k++) data[k]! *= bound;
    } else {
      const { centre, spread } = vectorRange(name);
      for (let k = 0; k < size; k++) data[k] = centre + spread * data[k]!;
    }
    weights.set(name, { dims, data });
  }
  return weights;
}

/** What the values of a per-channel tensor are around, and how far off. */
function vectorRange(name: string): { centre: number; spread: number } {
  if (/\.(bias|running_mean)$/.test(name)) return { centre: 0, spread: 0.05 };
  if (name.endsWith('.running_var')) return { centre: 1, spread: 0.5 };
  return { centre: 0.75, spread: 0.25 };
}
