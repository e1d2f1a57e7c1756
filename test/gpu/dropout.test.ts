import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { recorded } from '../../src/engine/recording.js';
import { download, empty, free, upload } from '../../src/engine/tensor.js';
import { dropout } from '../../src/ops/dropout.js';
import { random } from '../random.js';
import { philox } from '../reference/philox.js';
import { openEngine } from './open_engine.js';

describe('dropout', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  it('drops the values that Philox draws, whole or in bands', async () => {
    const shape = { n: 2, c: 7, h: 9, w: 11 };
    const { n, c, h, w } = shape;
    const [seed, draw, stream, ratio] = [[0x9abcdef0, 0x12345], 77, 3, 0.3];
    const values = random(n * c * h * w, 4);
    const wanted = values.map((v, i) => {
      const [image, channel, pixel] = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c, i % (h * w)];
      const place = (image * h * w + pixel) * 2 + Math.floor(channel / 4);
      const word = philox([place, stream, draw, 1], seed)[channel % 4]!;
      return (word >>> 8) / 2 ** 24 >= ratio ? v / (1 - ratio) : 0;
    });
    expect(wanted.filter((v) => v === 0).length / wanted.length).to.be.closeTo(ratio, 0.05);
    for (const maxBindingBytes of [2 ** 20, 1024]) {
      const small = await createEngine({ device: engine.device, maxBindingBytes });
      const x = upload(small, values, shape);
      const y = empty(small, shape);
      const counter = empty(small, { n: 1, c: 4, h: 1, w: 1 });
      small.device.queue.writeBuffer(counter.buffer, 0, Uint32Array.of(...seed, draw, 0));
      recorded(small, (r) =>
        r.add(dropout(r.lowering('dropout', 'f32'), { x, counter, y }, { ratio, stream })),
      );
      const found = await download(small, y);
      expect(found.every((v, i) => Math.abs(v - wanted[i]!) <= 1e-6)).to.equal(true);
      free(x, y, counter);
    }
  });
});
