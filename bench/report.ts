import type { AdapterInfo } from '../src/gpu/device.js';
import type { Runtime } from '../src/page/protocol.js';
import type { EngineName } from './contender.js';

/** One engine on one case. */
export interface Row {
  readonly case: string;
  readonly engine: EngineName;
  /** Our kernels; the library file of a peer. */
  readonly variant: string;
  /** Milliseconds per launch. */
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly samples: readonly number[];
  /** By the FLOPs of the definition, whatever algorithm runs. */
  readonly gflops: number;
  /** By the bytes of operands and outputs, each once. */
  readonly gbps: number;
  /** Ours against float64 and a peer's against ours, relative to the largest value. */
  readonly maxError: number;
  readonly flops: number;
  readonly bytes: number;
}

/** A case that an engine does not do. */
export interface Missing {
  readonly case: string;
  readonly engine: EngineName;
  readonly reason: string;
}

/** What the page measured. */
export interface Measured {
  readonly adapter: AdapterInfo;
  readonly rows: readonly Row[];
  readonly unsupported: readonly Missing[];
}

export interface BenchReport extends Measured {
  readonly runtime: Runtime;
  /** Runtime, version and place. */
  readonly browser: string;
  /** The commit that ran, with `+` where files differed from it, or null outside a clone. */
  readonly commit: string | null;
}

export function row(
  about: Pick<Row, 'case' | 'engine' | 'variant' | 'maxError' | 'flops' | 'bytes'>,
  samples: readonly number[],
): Row {
  const sorted = [...samples].sort((a, b) => a - b);
  const medianMs = sorted[sorted.length >> 1]!;
  return {
    ...about,
    medianMs,
    minMs: sorted[0]!,
    maxMs: sorted.at(-1)!,
    samples,
    gflops: about.flops / medianMs / 1e6,
    gbps: about.bytes / medianMs / 1e6,
  };
}

/** A case is large from so many FLOPs or bytes on; then we have to be faster than every peer. */
const LARGE_FLOPS = 20e6;
const LARGE_BYTES = 4e6;
/** On small ones, where fixed costs rule, we may take so many times a peer's time. */
const SMALL_FACTOR = 1.5;

export interface Comparison {
  readonly case: string;
  readonly large: boolean;
  readonly ours: Row;
  readonly peers: readonly Row[];
  /** The fastest peer's time over ours. */
  readonly ratio: number;
  /** Whether the ratio is what it should be. */
  readonly met: boolean;
}

/** Every case that a peer does as well. */
export function compare(rows: readonly Row[]): Comparison[] {
  return rows.flatMap((ours) => {
    const peers = rows.filter((r) => r.case === ours.case && r.engine !== 'rarefy');
    if (ours.engine !== 'rarefy' || peers.length === 0) return [];
    const large = ours.flops >= LARGE_FLOPS || ours.bytes >= LARGE_BYTES;
    const ratio = Math.min(...peers.map((p) => p.medianMs)) / ours.medianMs;
    const met = large ? ratio > 1 : ratio >= 1 / SMALL_FACTOR;
    return [{ case: ours.case, large, ours, peers, ratio, met }];
  });
}
