// The benchmark of the operators as the job of a page.
import { startPage } from '../src/page/start.js';
import { bench } from './bench.js';

await startPage({ bench });
