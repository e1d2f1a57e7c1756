import quadCheck from '../../kernels/quad_check.wgsl';
import { DeviceLostError } from '../errors.js';
import { whole } from '../lower/lowering.js';
import type { Engine } from './engine.js';

const COUNT = 1024;

/** Devices whose lanes are quads; of another one the next engine asks again. */
const quads = new WeakSet<GPUDevice>();

/**
 * Whether invocations 4q .. 4q+3 are the lanes of one quad: WGSL leaves the mapping open and the kernels that
 * need subgroups rest on it. False also where the device refuses to say.
 */
export async function lanesAreQuads(engine: Engine): Promise<boolean> {
  const { device } = engine;
  if (quads.has(device)) return true;
  const spec = { kernel: quadCheck, elem: 'f32', constants: {} } as const;
  const made: GPUBuffer[] = [];
  try {
    await engine.pipelines.compile(spec);
    const y = await engine.scoped(quadCheck.name, COUNT * 16, () => {
      const buffer = engine.buffer(COUNT * 16, quadCheck.name);
      made.push(buffer);
      const encoder = device.createCommandEncoder();
      const bindings = { y: whole(buffer, COUNT * 16) };
      engine.encode(encoder, [{ ...spec, params: {}, bindings, invocations: COUNT, flops: 0, bytes: 0 }]);
      device.queue.submit([encoder.finish()]);
      return buffer;
    });
    const seen = new Uint32Array(await engine.readBuffer(y));
    const are = seen.every((value, at) => {
      const [i, k] = [Math.floor(at / 4), at % 4];
      // What invocation i sees: its lane, then its neighbours 1, 2 and 3 away.
      return value === (k === 0 ? i & 3 : i ^ k);
    });
    if (are) quads.add(device);
    return are;
  } catch (error) {
    if (error instanceof DeviceLostError) throw error;
    return false;
  } finally {
    for (const buffer of made) buffer.destroy();
  }
}
