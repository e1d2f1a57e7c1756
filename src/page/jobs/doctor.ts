import { createEngine, type Engine } from '../../engine/engine.js';
import { uploadFilter } from '../../engine/filter.js';
import { conv2d, maxPool } from '../../engine/operators.js';
import { download, empty, free, upload, uploadVector } from '../../engine/tensor.js';
import type { AdapterInfo } from '../../gpu/device.js';
import { timestampQuantum } from '../../gpu/timer.js';
import { conv2dLayout } from '../../ops/conv2d.js';
import type { Host } from '../host.js';

export interface DoctorReport {
  readonly adapter: AdapterInfo;
  readonly features: readonly string[];
  /** Optional abilities that the engine uses after its self-checks. */
  readonly used: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Step of timestamps in ns, or null without them. */
  readonly timestampQuantum: number | null;
  readonly check: DoctorCheck;
}

/** A convolution with ReLU and a max-pool on the GPU against the same sums on the CPU. */
export interface DoctorCheck {
  /** Largest difference, relative to the largest value. */
  readonly error: number;
  readonly tolerance: number;
  /** Milliseconds from the first dispatch to the result on the CPU, compilation included. */
  readonly ms: number;
}

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

export async function doctor(host: Host): Promise<DoctorReport> {
  host.progress({ text: 'opening a device' });
  const engine = await createEngine({ gpu: host.gpu });
  try {
    const { device, adapter } = engine;
    host.progress({ text: 'checking a convolution and a max-pool against the CPU' });
    return {
      adapter,
      features: [...device.features].sort(),
      used: [...engine.features].sort(),
      limits: Object.fromEntries(LIMITS.map((name) => [name, device.limits[name]])),
      timestampQuantum: await timestampQuantum(device),
      check: await check(engine),
    };
  } finally {
    engine.dispose();
  }
}

const xs = { n: 1, c: 12, h: 29, w: 34 };
const ws = { out: 20, in: 12, kernel: [3, 3], groups: 1, transposed: false } as const;
/** Size after a 3x3 convolution with padding 1 and a 2x2 pool with stride 2. */
const ys = { n: 1, c: ws.out, h: 14, w: 17 };

/** Values in (-1, 1) that look like nothing. */
const values = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

async function check(engine: Engine): Promise<DoctorCheck> {
  const data = {
    x: values(xs.c * xs.h * xs.w, 1),
    w: values(ws.out * ws.in * 9, 2),
    b: values(ws.out, 3),
  };
  const start = performance.now();
  const options = { pad: 1, relu: true };
  const x = upload(engine, data.x, xs);
  const w = uploadFilter(engine, data.w, ws, conv2dLayout(ws, options, engine));
  const b = uploadVector(engine, data.b, ws.out);
  const middle = empty(engine, { ...xs, c: ws.out });
  const y = empty(engine, ys);
  try {
    conv2d(engine, x, w, b, options, middle);
    maxPool(engine, middle, { kernel: 2, stride: 2 }, y);
    const got = await download(engine, y);
    const ms = performance.now() - start;
    const wanted = onCpu(data.x, data.w, data.b);
    const largest = Math.max(...wanted.map(Math.abs));
    // Anything but a small number, NaN too, is an infinite error.
    const differences = wanted.map((v, i) => {
      const difference = Math.abs(v - got[i]!);
      return difference < largest ? difference : Number.MAX_VALUE;
    });
    const tolerance = 2 ** -24 * (4 + 2 * Math.sqrt(ws.in * 9));
    return { error: Math.max(...differences) / largest, tolerance, ms };
  } finally {
    free(x, w, middle, y);
    b.buffer.destroy();
  }
}

function onCpu(x: Float32Array, w: Float32Array, b: Float32Array): number[] {
  const conv = (o: number, row: number, column: number): number => {
    let sum = b[o]!;
    for (let i = 0; i < xs.c; i++) {
      for (let ky = 0; ky < 3; ky++) {
        for (let kx = 0; kx < 3; kx++) {
          const [r, c] = [row + ky - 1, column + kx - 1];
          if (r < 0 || r >= xs.h || c < 0 || c >= xs.w) continue;
          sum += w[(o * xs.c + i) * 9 + ky * 3 + kx]! * x[(i * xs.h + r) * xs.w + c]!;
        }
      }
    }
    return Math.max(0, sum);
  };
  const y: number[] = [];
  for (let o = 0; o < ys.c; o++) {
    for (let row = 0; row < 2 * ys.h; row += 2) {
      for (let column = 0; column < 2 * ys.w; column += 2) {
        y.push(
          Math.max(
            conv(o, row, column),
            conv(o, row, column + 1),
            conv(o, row + 1, column),
            conv(o, row + 1, column + 1),
          ),
        );
      }
    }
  }
  return y;
}
