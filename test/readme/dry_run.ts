import { fcn8s, plan } from '../../src/index.js';

// dispatches, pipelines, flops, bytes.weights, bytes.maps, bytes.peak, bytes.least, bytes.largestBinding, ...
export const dryRun = plan(fcn8s(), { n: 1, c: 3, h: 500, w: 500 });
export const layers = dryRun.steps.map(({ layer, kind, shape, flops }) => ({ layer, kind, shape, flops }));
