import {
  bilinearGradient,
  type ConvOf,
  filterGradient,
  inputGradient,
  poolGradient,
} from '../../test/cases/backward.js';
import type { Case } from '../../test/cases/case.js';
import { loss, lossGradient, norm, normGradient } from '../../test/cases/training.js';
import type { Workload } from './workload.js';

/** The convolutions whose gradients are timed: some of the compared layers, and one of the small trunk. */
const CONVOLUTIONS: readonly ConvOf[] = (
  [
    ['conv1_2', 64, 112],
    ['conv3_3', 256, 56],
    ['conv5_3', 512, 14],
    ['small-128', 16, 128],
  ] as const
).map(([name, channels, side]) => ({
  name,
  x: [1, channels, side, side],
  out: channels,
  kernel: [3, 3],
  options: { pad: 1 },
}));

/** What a step of training runs beside the forward pass, one operator each: dx by maps, dw by filters. */
export const backward = (): Workload[] => {
  const cases: Record<string, Case> = {};
  for (const of of CONVOLUTIONS) {
    cases[`${of.name} dx`] = inputGradient(of);
    cases[`${of.name} dw`] = filterGradient(of);
  }
  cases['pool dx'] = poolGradient('pool1 at 224', [1, 64, 224, 224], { kernel: 2, stride: 2, ceil: true });
  cases['up8-21c dx'] = bilinearGradient('21 classes by 8', [1, 21, 70, 70], { kernel: 16, stride: 8 });
  cases['loss-21c'] = loss('21 classes at 224', [1, 21, 224, 224]);
  cases['loss-21c dx'] = lossGradient('21 classes at 224', [1, 21, 224, 224]);
  cases['norm-64c'] = norm('64 channels at 112', [1, 64, 112, 112]);
  cases['norm-64c dx'] = normGradient('64 channels at 112', [1, 64, 112, 112]);
  return Object.entries(cases).map(([name, c]) => ({
    name,
    work: { kind: 'layer', case: c },
    peers: 'everywhere',
  }));
};
