import { Graph } from '../../src/graph/builder.js';
import { random } from '../random.js';

/** Two convolutions and a pool, wide enough to keep a software adapter busy on a large image. */
export function smallNet(width = 20): Graph {
  const g = new Graph('small');
  const a = g.conv('a', g.input('data', 3), { out: width, kernel: 3, pad: 1, relu: true });
  const b = g.conv('b', a, { out: width, kernel: 5, pad: 2 });
  g.output(g.maxPool('pool', b, { kernel: 2, stride: 2, ceil: true }));
  return g;
}

/** A 3x3 convolution's weights from 3 channels to 8. */
export const FILTER = { out: 8, in: 3, kernel: [3, 3], groups: 1, transposed: false } as const;

export const image = (h: number, w: number) => ({ shape: { n: 1, c: 3, h, w }, data: random(3 * h * w, h) });
