import {
  argmax,
  createEngine,
  downloadLabels,
  empty,
  FCN_PREPROCESS,
  free,
  fromRgba,
  Graph,
  Recording,
  requiredLimits,
  seededWeights,
} from '../../src/index.js';

export const graph = new Graph('small_fcn');
const data = graph.input('data', 3);
const conv1 = graph.conv('conv1', data, { out: 16, kernel: 3, pad: 1, relu: true });
const pool1 = graph.maxPool('pool1', conv1, { kernel: 2, stride: 2, ceil: true });
const score1 = graph.conv('score1', pool1, { out: 21, kernel: 1 });
const upscore = graph.upsample('upscore', score1, { kernel: 4, stride: 2 });
graph.output(graph.crop('score', upscore, data)); // the offset follows from where the maps lie

/** The label of each pixel of an image of h x w pixels, 4 bytes RGBA each. */
export async function label(adapter: GPUAdapter, rgba: Uint8Array, h: number, w: number) {
  const shape = { n: 1, c: 3, h, w };
  const device = await adapter.requestDevice({ requiredLimits: requiredLimits(graph, shape) });
  const engine = await createEngine({ device }); // borrows the device
  const weights = seededWeights(graph, 1); // of a file: weightsOf(readSafetensors(bytes))
  const net = await engine.compile(graph, { weights });
  await net.prepare(shape, { encode: true }); // compiles the pipelines in parallel, allocates the maps

  const x = fromRgba(engine, rgba, shape, FCN_PREPROCESS);
  const score = empty(engine, { ...shape, c: 21 });
  const encoder = device.createCommandEncoder(); // may hold passes of the host's own
  const release = net.encode(encoder, x, { score });
  const recording = new Recording(engine);
  const labels = argmax(recording, score);
  recording.encode(encoder);
  device.queue.submit([encoder.finish()]);
  release();
  recording.release();

  const values = await downloadLabels(engine, labels);
  free(x, score);
  labels.buffer.destroy();
  engine.dispose(); // frees the net; the device lives on
  return values;
}
