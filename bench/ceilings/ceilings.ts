// What the adapter does at best, measured on it: the yardstick of every row.
import type { Dispatch } from '../../src/dispatch.js';
import type { Engine } from '../../src/engine/engine.js';
import { timestampQuantum } from '../../src/gpu/timer.js';
import type { Kernel } from '../../src/kernel.js';
import copy from './copy.wgsl';
import nothing from './nothing.wgsl';
import fma from './register_fma.wgsl';

export interface Ceilings {
  /** Fused multiply-adds in registers, each counted as two. */
  readonly fmaGflops: number;
  /** Bytes read plus bytes written, by a kernel and by copyBufferToBuffer. */
  readonly copyGbps: number;
  readonly bufferCopyGbps: number;
  /** Microseconds that one more dispatch in a pass takes. */
  readonly dispatchUs: number;
  /** Milliseconds from the submit of an empty command buffer to the word that it is done. */
  readonly submitMs: number;
  /** Step of the GPU's timestamps in nanoseconds, or null without them. */
  readonly timestampNs: number | null;
}

/** The best of so many samples: noise only ever makes a sample slower. */
const SAMPLES = 7;
/** Milliseconds that a sample should last. */
const LONG = 30;
const FMA_INVOCATIONS = 64 * 1024;
/** Of an invocation and round: 8 chains, 16 links, 4 lanes, 2 operations. */
const FMA_FLOPS = 8 * 16 * 4 * 2;
/** A chain of x * 1/2 + 1/2 ends at 1 wherever it begins, and the eight of them sum to this. */
const [FACTOR, FMA_RESULT] = [0.5, 8];
const MEBIBYTE = 2 ** 20;

export async function measureCeilings(engine: Engine): Promise<Ceilings> {
  const { device, adapter, limits } = engine;
  const largest = Math.min(limits.bindingBytes, (adapter.software ? 32 : 128) * MEBIBYTE);
  const size = largest - (largest % 1024);
  const [x, y] = [engine.buffer(size, 'ceiling x'), engine.buffer(size, 'ceiling y')];
  const view = (buffer: GPUBuffer) => ({ buffer, offset: 0, size });
  const dispatch = (kernel: Kernel, invocations: number, params = {}): Dispatch<GPUBuffer> => ({
    kernel,
    elem: 'f32',
    constants: {},
    params,
    bindings: { x: view(x), y: view(y) },
    invocations,
    flops: 0,
    bytes: 0,
  });
  /** Milliseconds from the submit of so many dispatches to their end, the best of all samples. */
  const best = async (
    record: (encoder: GPUCommandEncoder) => GPUBuffer | null,
    samples = SAMPLES,
  ): Promise<number> => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < samples; i++) {
      const encoder = device.createCommandEncoder();
      const params = record(encoder);
      const commands = encoder.finish();
      const start = performance.now();
      device.queue.submit([commands]);
      await engine.alive(device.queue.onSubmittedWorkDone());
      least = Math.min(least, performance.now() - start);
      params?.destroy();
    }
    return least;
  };
  const launches = (count: number, d: Dispatch<GPUBuffer>) => (encoder: GPUCommandEncoder) =>
    engine.encode(encoder, new Array<Dispatch<GPUBuffer>>(count).fill(d));
  try {
    const vectors = size / 16;
    const copies = dispatch(copy, vectors / 4, { stride: vectors / 4 });
    const chain = (rounds: number) =>
      dispatch(fma, FMA_INVOCATIONS, { rounds, factor: FACTOR, addend: FACTOR });
    await Promise.all([copies, chain(1), dispatch(nothing, 64)].map((d) => engine.pipelines.compile(d)));
    const submitMs = await best(() => null, 3 * SAMPLES);
    let rounds = 8; // 128 links, of which 24 suffice
    while (rounds < 2 ** 20 && (await best(launches(1, chain(rounds)), 2)) - submitMs < LONG) rounds *= 2;
    const fmaMs = (await best(launches(1, chain(rounds)))) - submitMs;
    expectAll(await engine.readBuffer(y, 0, 16 * FMA_INVOCATIONS), FMA_RESULT, fma);
    const repeats = adapter.software ? 1 : 16;
    const pattern = new Float32Array(size / 4).fill(3);
    device.queue.writeBuffer(x, 0, pattern);
    const copyMs = (await best(launches(repeats, copies))) - submitMs;
    expectAll(await engine.readBuffer(y), 3, copy);
    const bufferMs = await best((encoder) => {
      for (let i = 0; i < repeats; i++) encoder.copyBufferToBuffer(x, 0, y, 0, size);
      return null;
    });
    const [few, many] = [64, 1024];
    const fewMs = await best(launches(few, dispatch(nothing, 64)));
    const manyMs = await best(launches(many, dispatch(nothing, 64)));
    const gbps = (ms: number) => (2 * size * repeats) / ms / 1e6;
    return {
      fmaGflops: (FMA_INVOCATIONS * rounds * FMA_FLOPS) / fmaMs / 1e6,
      copyGbps: gbps(copyMs),
      bufferCopyGbps: gbps(bufferMs - submitMs),
      dispatchUs: (1e3 * Math.max(0, manyMs - fewMs)) / (many - few),
      submitMs,
      timestampNs: await timestampQuantum(device),
    };
  } finally {
    x.destroy();
    y.destroy();
  }
}

/** A kernel that does not do its work would make a ceiling of anything. */
function expectAll(bytes: ArrayBuffer, wanted: number, { name }: Kernel): void {
  const at = new Float32Array(bytes).findIndex((v) => v !== wanted);
  if (at >= 0) throw new Error(`${name}: value ${at} should be ${wanted}`);
}

/**
 * The share of the adapter's own ceiling that a row reaches: the time that its FLOPs, or its bytes if they take
 * longer, would need there, over its own. Above 1 where an algorithm needs fewer FLOPs than the definition.
 */
export const ceilingShare = (
  { flops, bytes, ms }: { readonly flops: number; readonly bytes: number; readonly ms: number },
  { fmaGflops, copyGbps }: Ceilings,
): number => Math.max(flops / fmaGflops, bytes / copyGbps) / 1e6 / ms;
