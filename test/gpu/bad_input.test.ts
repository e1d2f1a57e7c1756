import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { uploadFilter } from '../../src/engine/filter.js';
import { activation, conv2d, convTranspose2d, maxPool } from '../../src/engine/operators.js';
import { empty, free, uploadVector } from '../../src/engine/tensor.js';
import { LimitError, OutOfMemoryError, ShapeError, ValidationError, WeightsError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';
import { FILTER, image, smallNet } from './small_net.js';

describe('bad input', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  it('a wrong channel count names the operator and both counts', () => {
    const x = empty(engine, { n: 1, c: 4, h: 5, w: 5 });
    const filter = uploadFilter(engine, random(8 * 27, 2), FILTER, 'tiles');
    expect(() => conv2d(engine, x, filter, null)).to.throw(
      ShapeError,
      'conv2d: input of 4 channels, should be 3',
    );
    free(x, filter);
  });

  it('a filter packed for another layer is refused, not misread', () => {
    const x = empty(engine, { n: 1, c: 3, h: 5, w: 5 });
    const half = empty(engine, { n: 1, c: 3, h: 5, w: 5 }, 'f16');
    const weights = random(8 * 27, 2);
    const winograd = uploadFilter(engine, weights, FILTER, 'winograd');
    expect(() => conv2d(engine, x, winograd, null, { stride: 2 })).to.throw(
      ShapeError,
      'conv2d: filter in winograd layout for 3 x 3 by 2 x 2, should be 3 x 3 by 1 x 1',
    );
    const tiles = uploadFilter(engine, weights, FILTER, 'tiles');
    expect(() => conv2d(engine, half, tiles, null)).to.throw(
      ShapeError,
      'conv2d: filter in f32, should be in f16',
    );
    const transposed = uploadFilter(engine, weights, { ...FILTER, transposed: true }, 'tiles');
    expect(() => conv2d(engine, x, transposed, null)).to.throw(ShapeError, 'should not be transposed');
    expect(() => convTranspose2d(engine, x, tiles, null)).to.throw(ShapeError, 'should be transposed');
    const three = uploadVector(engine, random(3, 1), 3);
    expect(() => conv2d(engine, x, tiles, three)).to.throw(
      ShapeError,
      'conv2d: bias of 16 bytes, should be 32',
    );
    free(x, half, winograd, tiles, transposed);
    three.buffer.destroy();
  });

  it('an operator that would overwrite what it reads is refused', () => {
    const x = empty(engine, { n: 1, c: 4, h: 5, w: 5 });
    expect(() => activation(engine, x, { kind: 'relu' }, x)).to.throw(
      ValidationError,
      'activation: y and x are one buffer, the output should be another',
    );
    free(x);
  });

  it('a zero-size image is refused', () => {
    expect(() => empty(engine, { n: 1, c: 3, h: 0, w: 5 })).to.throw(
      ShapeError,
      'h should be a positive integer',
    );
  });

  it('a window larger than the padded map is refused with the numbers', () => {
    const x = empty(engine, { n: 1, c: 4, h: 3, w: 3 });
    expect(() => maxPool(engine, x, { kernel: 5 })).to.throw(ShapeError, 'window of 5 on a padded map of 3');
    free(x);
  });

  it('a net names the layer that an image is too small for', async () => {
    const g = new Graph('g');
    g.output(g.conv('fc6', g.input('data', 3), { out: 4, kernel: 7 }));
    const net = await engine.compile(g, { weights: seededWeights(g, 1) });
    await rejection(
      net.run(image(6, 9)),
      ShapeError,
      'fc6: window of 7 on a padded map of 6, should be at most 6',
    );
    net.dispose();
  });

  it('a negative crop is refused while the net is built', () => {
    const g = new Graph('g');
    const data = g.input('data', 3);
    const padded = g.conv('padded', data, { out: 3, kernel: 3, pad: 100 });
    expect(() => g.crop('score', data, padded)).to.throw(
      ShapeError,
      'score: crop offset -99, should be a whole number',
    );
  });

  it('NaN in the weights names the layer and the element', async () => {
    const g = smallNet();
    const weights = seededWeights(g, 1);
    weights.get('b.weight')!.data[37] = Number.NaN;
    const error = await rejection(
      engine.compile(g, { weights }),
      WeightsError,
      'b.weight: element 37 of 10000 is NaN',
    );
    expect(error.tensor).to.equal('b.weight');
  });

  it('missing weights and weights of another size name the tensor', async () => {
    const g = smallNet();
    const weights = seededWeights(g, 1);
    weights.set('a.bias', { dims: [3], data: new Float32Array(3) });
    await rejection(engine.compile(g, { weights }), WeightsError, 'a.bias: 3 values [3], should be 20');
    weights.delete('a.bias');
    await rejection(engine.compile(g, { weights }), WeightsError, 'a.bias: missing');
  });

  it('a limit exceeded says what is needed, what there is, and what to do', async () => {
    const g = smallNet();
    const net = await engine.compile(g, { weights: seededWeights(g, 1), maxBytes: 100_000 });
    const error = await rejection(net.run(image(64, 64)), LimitError, 'allowed are 100000');
    expect(error.needed).to.be.above(error.have);
    expect(error.have).to.equal(100_000);
    expect(error.message).to.contain(error.howTo);
    net.dispose();
    expect(() => engine.buffer(2 ** 40, 'map')).to.throw(LimitError, 'a buffer of 1099511627776 bytes');
  });

  it('a refused command is an error here, not in the handler of the host', async () => {
    const x = empty(engine, { n: 1, c: 4, h: 3, w: 3 });
    const run = () => {
      const encoder = engine.device.createCommandEncoder();
      encoder.copyBufferToBuffer(x.buffer, 2, x.buffer, 0, 4);
      encoder.finish();
    };
    await rejection(engine.scoped('copy', 4, run), ValidationError, 'copy: ');
    free(x);
  });

  it('an allocation that fails is an OutOfMemoryError with the bytes', async () => {
    const device = engine.device;
    const pop = device.popErrorScope;
    let scopes = 0;
    // The scope of allocations is the innermost, so the first to be asked.
    device.popErrorScope = async () => {
      const error = await pop.call(device);
      return scopes++ === 0 ? new GPUOutOfMemoryError('not enough memory') : error;
    };
    try {
      const run = engine.scoped('maps', 12, () => {});
      const error = await rejection(run, OutOfMemoryError, 'maps: not enough memory');
      expect(error.bytes).to.equal(12);
    } finally {
      device.popErrorScope = pop;
    }
  });
});
