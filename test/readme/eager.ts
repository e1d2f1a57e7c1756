import {
  conv2d,
  conv2dLayout,
  download,
  type Engine,
  free,
  upload,
  uploadFilter,
  uploadVector,
} from '../../src/index.js';

/** 3x3 convolution with ReLU: planar x [1, 3, h, w], weights [8, 3, 3, 3] and bias [8] to [1, 8, h, w]. */
export async function convolve(
  engine: Engine,
  x: Float32Array,
  size: { h: number; w: number },
  weights: Float32Array,
  bias: Float32Array,
) {
  const shape = { out: 8, in: 3, kernel: [3, 3], groups: 1, transposed: false } as const;
  const options = { pad: 1, relu: true };
  const map = upload(engine, x, { n: 1, c: 3, ...size });
  const w = uploadFilter(engine, weights, shape, conv2dLayout(shape, options, engine));
  const b = uploadVector(engine, bias, 8);
  const y = conv2d(engine, map, w, b, options);
  const values = await download(engine, y);
  free(map, w, y);
  b.buffer.destroy();
  return values;
}
