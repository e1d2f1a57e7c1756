import { avgPoolCases } from './avg_pool.js';
import type { Case } from './case.js';
import { conv2dCases } from './conv2d.js';
import { maxPoolCases } from './max_pool.js';

/** Every case, in the order in which tests and benchmarks run them. */
export const cases: readonly Case[] = [...conv2dCases, ...maxPoolCases, ...avgPoolCases];
