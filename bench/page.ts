// The benchmark, that of a single kernel, and what they would run on, as the jobs of a page.
import { startPage } from '../src/page/start.js';
import { adapter, bench } from './bench.js';
import { variant } from './variant.js';

await startPage({ adapter, bench, variant });
