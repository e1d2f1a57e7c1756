const PASSES = 32;
const ROUNDS = 8;

const gcd = (a: bigint, b: bigint): bigint => {
  while (b) [a, b] = [b, a % b];
  return a;
};

/**
 * Step of the device's timestamps in nanoseconds: the greatest common divisor of many differences. Browsers
 * round timestamps, often to 65,536 or 100,000 ns, and a measurement must be many steps long.
 * Null without the feature timestamp-query, or when the clock stands still.
 */
export async function timestampQuantum(device: GPUDevice): Promise<number | null> {
  if (!device.features.has('timestamp-query')) return null;
  const count = 2 * PASSES;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({
    size: count * 8,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size: count * 8,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    let quantum = 0n;
    let last = 0n;
    for (let round = 0; round < ROUNDS; round++) {
      const encoder = device.createCommandEncoder();
      for (let i = 0; i < PASSES; i++) {
        const timestampWrites = {
          querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        };
        encoder.beginComputePass({ timestampWrites }).end();
      }
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      for (const stamp of new BigUint64Array(staging.getMappedRange())) {
        if (stamp > last && last > 0n) quantum = gcd(quantum, stamp - last);
        if (stamp > 0n) last = stamp;
      }
      staging.unmap();
    }
    return quantum === 0n ? null : Number(quantum);
  } finally {
    querySet.destroy();
    resolved.destroy();
    staging.destroy();
  }
}
