// Layers of real nets, at batch 1: too large to test each time, and what a benchmark is about.
import type { Case } from './case.js';
import { transposed } from './conv_transpose2d.js';
import { conv } from './conv2d.js';
import { pool } from './max_pool.js';
import { resized } from './resize.js';

const same = { pad: 1, relu: true };

/**
 * The layers that engines are compared on, by the names of the benchmark; each case is named as in FCN-VGG16,
 * followed by the side of the map. The 21 outputs are the classes of VOC.
 */
export const comparedLayers = {
  conv1_1: conv('conv1_1 at 224', [1, 3, 224, 224], 64, [3, 3], same),
  conv1_2: conv('conv1_2 at 112', [1, 64, 112, 112], 64, [3, 3], same),
  conv2_2: conv('conv2_2 at 112', [1, 128, 112, 112], 128, [3, 3], same),
  conv3_3: conv('conv3_3 at 56', [1, 256, 56, 56], 256, [3, 3], same),
  conv4_3: conv('conv4_3 at 28', [1, 512, 28, 28], 512, [3, 3], same),
  conv5_3: conv('conv5_3 at 14', [1, 512, 14, 14], 512, [3, 3], same),
  fc6e: conv('an eighth of fc6 at 14', [1, 512, 14, 14], 512, [7, 7], { relu: true }),
  fc7: conv('fc7 at 8', [1, 4096, 8, 8], 4096, [1, 1], { relu: true }),
  score: conv('score_fr at 8', [1, 4096, 8, 8], 21, [1, 1]),
  pool: pool('pool1 at 224', [1, 64, 224, 224], { kernel: 2, stride: 2, ceil: true }),
  deconv4s2: transposed('upscore2 at 32, 4x4 by 2', [1, 21, 32, 32], 21, [4, 4], { stride: 2 }),
  deconv64s32: transposed('upscore at 8, 64x64 by 32', [1, 21, 8, 8], 21, [64, 64], { stride: 32 }),
  resize8: resized('21 classes from 32 to 256', [1, 21, 32, 32], { mode: 'bilinear', size: [256, 256] }),
} as const satisfies Readonly<Record<string, Case>>;

export const layerCases: readonly Case[] = Object.values(comparedLayers);
