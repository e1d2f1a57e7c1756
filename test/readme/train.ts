import {
  createTrainer,
  type Engine,
  FCN_PREPROCESS,
  free,
  fromRgba,
  type Graph,
  startWeights,
  type Trainer,
  type Weights,
  writeModel,
} from '../../src/index.js';

/** Fine-tunes a net from weights of another, whose scores may be of other classes: those begin at zero. */
export async function fineTune(engine: Engine, graph: Graph, source: Weights): Promise<Trainer> {
  const { weights, report } = startWeights(graph, [source], { seed: 1 });
  console.debug(`${report.copied.length} tensors copied, zero: ${report.zero.join(', ')}`);
  return createTrainer(engine, graph, {
    weights,
    heads: [{ output: 'score', normalization: 'VALID' }], // the mean over pixels whose label is not 255
    solver: { baseLr: 1e-4, momentum: 0.9, weightDecay: 5e-4 },
    frozen: ['conv1'], // keeps its numbers; biases learn at twice the rate, without decay
  });
}

/** A step on a picture of 4 bytes RGBA a pixel and the label of each pixel. Returns the loss before it. */
export async function learn(
  trainer: Trainer,
  rgba: Uint8Array,
  labels: Uint8Array,
  size: { h: number; w: number },
): Promise<number> {
  const data = fromRgba(trainer.engine, rgba, size, FCN_PREPROCESS);
  const label = { shape: { n: 1, c: 1, ...size }, data: Float32Array.from(labels) };
  const { loss } = await trainer.step({ data, label });
  free(data);
  return loss; // arrives when the GPU is done; another step need not wait for it
}

/** The net as it is now, as a .safetensors file with its graph. */
export async function save(trainer: Trainer, classes: readonly string[]) {
  const weights = await trainer.weights();
  const { graph } = trainer;
  return writeModel({ graph, weights, classes, preprocess: FCN_PREPROCESS, licence: null });
}
