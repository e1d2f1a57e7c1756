import type { Job } from './host.js';
import { doctor } from './jobs/doctor.js';

/** Every job that a command can ask for, by name. */
export const jobs = { doctor } satisfies Record<string, Job>;
