// The benchmark, and that of a single kernel, as the jobs of a page.
import { startPage } from '../src/page/start.js';
import { bench } from './bench.js';
import { variant } from './variant.js';

await startPage({ bench, variant });
