import { arithmeticCases } from './arithmetic.js';
import { avgPoolCases } from './avg_pool.js';
import type { Case } from './case.js';
import { channelCases } from './channels.js';
import { confusionCases } from './confusion.js';
import { convTranspose2dCases } from './conv_transpose2d.js';
import { conv2dCases } from './conv2d.js';
import { cropCases } from './crop.js';
import { gatherCases } from './gather.js';
import { imageCases } from './image.js';
import { maxPoolCases } from './max_pool.js';
import { pointwiseCases } from './pointwise.js';
import { resizeCases } from './resize.js';
import { stitchCases } from './stitch.js';

/** Every case, in the order in which tests and benchmarks run them. */
export const cases: readonly Case[] = [
  ...conv2dCases,
  ...convTranspose2dCases,
  ...maxPoolCases,
  ...avgPoolCases,
  ...cropCases,
  ...resizeCases,
  ...stitchCases,
  ...pointwiseCases,
  ...channelCases,
  ...confusionCases,
  ...arithmeticCases,
  ...gatherCases,
  ...imageCases,
];
