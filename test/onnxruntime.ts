// The oracle for exported nets: onnxruntime on the CPU. In Node alone.
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface Array4 {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Runs a model on arrays by name. @param model its bytes, or the path of its file */
export async function runOnnxruntime(
  model: Uint8Array | string,
  inputs: Readonly<Record<string, Array4>>,
): Promise<Readonly<Record<string, Array4>>> {
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 3, intraOpNumThreads: 2 };
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, options)
    : InferenceSession.create(model, options));
  try {
    const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [
      name,
      new Tensor('float32', data, dims),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => [name, { dims: t.dims, data: t.data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}
