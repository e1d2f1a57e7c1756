import type { Job } from './host.js';
import { conformance } from './jobs/conformance.js';
import { doctor } from './jobs/doctor.js';
import { equivalence } from './jobs/equivalence.js';
import { evaluate } from './jobs/evaluate.js';
import { forwardTimes } from './jobs/forward_times.js';
import { heatmap } from './jobs/heatmap.js';
import { segment } from './jobs/segment.js';
import { train } from './jobs/train.js';
import { tune } from './jobs/tune.js';

/** Every job that a command can ask for, by name. */
export const jobs = {
  conformance,
  doctor,
  equivalence,
  evaluate,
  forwardTimes,
  heatmap,
  segment,
  train,
  tune,
} satisfies Record<string, Job>;
