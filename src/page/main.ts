import { jobs } from './jobs.js';
import { startPage } from './start.js';

await startPage(jobs);
