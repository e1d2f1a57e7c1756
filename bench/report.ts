import type { AdapterInfo } from '../src/gpu/device.js';
import type { LayerTime } from '../src/graph/submit.js';
import type { Runtime } from '../src/page/protocol.js';
import type { Ceilings } from './ceilings/ceilings.js';
import { type EngineName, WEBGPU_PEERS } from './contender.js';
import { lowerQuartile, median, roundRatios } from './statistics.js';

/** One engine on one case. */
export interface Row {
  readonly case: string;
  readonly engine: EngineName;
  /** Our kernels; the library file of a peer. */
  readonly variant: string;
  /** Milliseconds per launch, by the wall clock. */
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Round by round, as the engines took turns. */
  readonly samples: readonly number[];
  /** By the FLOPs of the definition, whatever algorithm runs. */
  readonly gflops: number;
  /** By the bytes of operands and outputs, each once. */
  readonly gbps: number;
  /** Relative to the largest value; null where only sizes were checked. */
  readonly maxError: number | null;
  /** What the result was held against: float64, direct kernels, or rarefy for a peer. */
  readonly against?: string;
  readonly flops: number;
  readonly bytes: number;
  /** Of our nets: from an adapter to the first result, weights uploaded and all pipelines compiled. */
  readonly coldMs?: number;
  /** Ours by the GPU's own clock, or null where it is missing or too coarse. */
  readonly gpuMs?: number | null;
  /** Of a net, by the GPU's own clock. */
  readonly layers?: readonly LayerTime[];
}

/** A case that an engine does not do. */
export interface Missing {
  readonly case: string;
  readonly engine: EngineName;
  readonly reason: string;
}

/** An engine that does not load here. */
export interface Absent {
  readonly engine: EngineName;
  readonly reason: string;
}

/** A case without rows. */
export interface Skipped {
  readonly case: string;
  readonly reason: string;
}

/** What was measured on. */
export interface About {
  readonly adapter: AdapterInfo;
  /** Null in results from before they were measured. */
  readonly ceilings: Ceilings | null;
}

/** What the page measured. */
export interface Measured extends About {
  readonly rows: readonly Row[];
  readonly unsupported: readonly Missing[];
  readonly absent: readonly Absent[];
  /** Cases that did not run at all. */
  readonly skipped: readonly Skipped[];
  /** Cases that we could not do, or got wrong. */
  readonly failed: readonly Skipped[];
}

export interface BenchReport extends Measured {
  readonly runtime: Runtime;
  /** Runtime and version. */
  readonly browser: string;
  /** The commit that was built, with `+` and a hash of the build where files differed from it; null outside a clone. */
  readonly commit: string | null;
}

export function row(
  about: Pick<Row, 'case' | 'engine' | 'variant' | 'maxError' | 'flops' | 'bytes'> & {
    against?: string;
    coldMs?: number;
  },
  samples: readonly number[],
): Row {
  const medianMs = median(samples);
  return {
    ...about,
    medianMs,
    minMs: Math.min(...samples),
    maxMs: Math.max(...samples),
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
  /** Those that compute on the GPU. */
  readonly peers: readonly Row[];
  /** The fastest peer's time over ours, by medians. */
  readonly ratio: number;
  /** The lower quartile of that ratio over the rounds in which all took part. */
  readonly quartile: number;
  /** Whether the ratio is what it should be. */
  readonly met: boolean;
}

/** Every case that another engine on the GPU does as well. */
export function compare(rows: readonly Row[]): Comparison[] {
  return rows.flatMap((ours) => {
    const peers = rows.filter((r) => r.case === ours.case && WEBGPU_PEERS.includes(r.engine));
    if (ours.engine !== 'rarefy' || peers.length === 0) return [];
    const large = ours.flops >= LARGE_FLOPS || ours.bytes >= LARGE_BYTES;
    const ratio = Math.min(...peers.map((p) => p.medianMs)) / ours.medianMs;
    const ratios = roundRatios(
      ours.samples,
      peers.map((p) => p.samples),
    );
    const met = large ? ratio > 1 : ratio >= 1 / SMALL_FACTOR;
    return [{ case: ours.case, large, ours, peers, ratio, quartile: lowerQuartile(ratios), met }];
  });
}
