import { createEngine } from '../../src/engine/engine.js';
import { adapterName } from '../../src/gpu/device.js';
import type { Host } from '../../src/page/host.js';
import { startPage } from '../../src/page/start.js';
import { benchLayouts } from './bench.js';
import { benchSplit } from './split.js';
import type { Times } from './timing.js';

const ms = ({ median, min, max }: Times): string[] => [median, min, max].map((v) => v.toFixed(1));

/** Compares activation layouts; each event is a row of the report. */
async function layout(host: Host<readonly string[]>, { rounds }: { rounds: number }): Promise<void> {
  const engine = await createEngine({ gpu: host.gpu });
  host.progress([adapterName(engine.adapter)]);
  host.progress(['layer', 'algorithm', 'layout', 'ms', 'min', 'max', 'GFLOP/s', 'error']);
  await benchLayouts(
    engine,
    (r) =>
      host.progress([
        r.layer,
        r.algorithm,
        r.layout,
        ...ms(r.times),
        r.gflops.toFixed(2),
        r.error.toExponential(1),
      ]),
    rounds,
  );
  host.progress(['binding 64x480x640 in 4 bands', 'layout', 'ranges a band', 'ms', 'min', 'max']);
  for (const r of await benchSplit(engine, rounds))
    host.progress(['', r.layout, `${r.ranges}`, ...ms(r.times)]);
  engine.dispose();
}

await startPage({ layout });
