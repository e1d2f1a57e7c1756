// The oracle for exported nets: onnxruntime on the CPU. In Node alone.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Weights } from '../src/weights/weights.js';

/** Runs a model on arrays by name, and returns its outputs. */
export async function runOnnxruntime(model: Uint8Array, inputs: Weights): Promise<Weights> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 2 });
  try {
    const feeds = [...inputs].map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]);
    const results = await session.run(Object.fromEntries(feeds));
    return new Map(
      Object.entries(results).map(([name, t]) => [name, { dims: t.dims, data: t.data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}
