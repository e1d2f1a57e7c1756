import type { Engine } from '../../src/engine/engine.js';
import { LAYOUTS, type Layout, mapBytes } from './maps.js';
import { roundRobin, type Times } from './timing.js';

export interface SplitRow {
  readonly layout: Layout;
  /** Byte ranges that hold the rows of a band; a binding is one. */
  readonly ranges: number;
  /** Gathering every band of the map into a buffer that a binding can hold. */
  readonly times: Times;
}

const CHANNELS = 64;
const WIDTH = 640;
const HEIGHT = 480;
const BANDS = 4;

/** What it takes to bind a 64x480x640 map by bands of rows: where a band is several ranges, it is copied. */
export async function benchSplit(engine: Engine, rounds = 5): Promise<SplitRow[]> {
  const bytes = mapBytes('channels-last', CHANNELS, HEIGHT * WIDTH);
  const x = engine.buffer(bytes, 'x');
  const band = engine.buffer(bytes / BANDS, 'band');
  const ranges = { 'channels-last': 1, blocked: CHANNELS / 4, planar: CHANNELS };
  const gathering = (layout: Layout) => (encoder: GPUCommandEncoder) => {
    const count = ranges[layout];
    if (count === 1) return null;
    const plane = bytes / count;
    const rows = plane / BANDS;
    for (let k = 0; k < BANDS; k++)
      for (let c = 0; c < count; c++)
        encoder.copyBufferToBuffer(x, c * plane + k * rows, band, c * rows, rows);
    return null;
  };
  const times = await roundRobin(
    engine,
    LAYOUTS.map((layout) => ({ work: gathering(layout), done: band })),
    rounds,
  );
  return LAYOUTS.map((layout, i) => ({ layout, ranges: ranges[layout], times: times[i]! }));
}
