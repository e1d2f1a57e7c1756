/** Bytes of buffers on a device: those made since the meter began and not destroyed, now and at most. */
export interface Meter {
  readonly now: number;
  readonly peak: number;
  /** Begins to measure the peak anew, from what there is now. */
  reset(): void;
}

/** Watches every buffer that is made on a device, by whomever. */
export function meter(device: GPUDevice): Meter {
  const createBuffer = device.createBuffer.bind(device);
  let [now, peak] = [0, 0];
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let alive = true;
    buffer.destroy = () => {
      if (alive) now -= buffer.size;
      alive = false;
      return destroy();
    };
    now += buffer.size;
    peak = Math.max(peak, now);
    return buffer;
  };
  return {
    get now() {
      return now;
    },
    get peak() {
      return peak;
    },
    reset: () => {
      peak = now;
    },
  };
}
