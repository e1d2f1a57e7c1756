import { Graph } from '../src/graph/builder.js';
import type { Node } from '../src/graph/node.js';
import type { Pair } from '../src/shape.js';
import { random } from './random.js';

/** Whole numbers below a bound, the same on every machine, for some thousand rolls. */
export function dice(seed: number): (below: number) => number {
  const values = random(20_000, seed);
  let at = 0;
  return (below) => Math.min(below - 1, Math.floor(((values[at++]! + 1) / 2) * below));
}

/**
 * A net of convolutions, pools and layers between them, drawn from a seed: strides up to 3, unlike on each axis,
 * dilation, padding, sizes rounded up or down, branches that meet.
 */
export function randomChain(seed: number): Graph {
  const roll = dice(seed);
  const g = new Graph(`chain ${seed}`);
  const pick = <T>(values: readonly T[]): T => values[roll(values.length)]!;
  const window = (strides: readonly number[]) => {
    const stride: Pair = [pick(strides), pick(strides)];
    const kernel: Pair = [stride[0] + roll(2), stride[1] + roll(3)];
    const pad: Pair = [roll(kernel[0]), roll(kernel[1])];
    return { kernel, stride, pad };
  };
  let x: Node = g.input('data', 2);
  for (let i = 1; i <= 3; i++) {
    const strides = i === 1 ? [2, 3] : [1, 2];
    x = pick([
      () => g.conv(`conv${i}`, x, { out: 3, dilation: 1 + roll(2), ...window(strides), relu: true }),
      () => g.maxPool(`max${i}`, x, { ...window(strides), ceil: true, clip: true }),
      () => g.maxPool(`unpadded${i}`, x, { ...window(strides), pad: 0, ceil: true }),
      () => g.maxPool(`floor${i}`, x, window(strides)),
      () => g.avgPool(`mean${i}`, x, { ...window(strides), ceil: true, clip: true, countPad: roll(2) === 1 }),
    ])();
    if (roll(2) === 0) continue;
    const left = g.conv(`left${i}`, x, { out: 2, kernel: 3, pad: 1 });
    const right = g.maxPool(`right${i}`, x, { kernel: 3, pad: 1 });
    x = g.lrn(`norm${i}`, g.concat(`both${i}`, [left, right]), { size: 3, alpha: 0.1, beta: 0.75 });
  }
  g.output(g.conv('score', x, { out: 2, kernel: 2, pad: roll(2) }), 'scores');
  return g;
}
