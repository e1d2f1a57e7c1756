import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { layerCases } from '../cases/layers.js';
import { inputsOf } from '../inputs.js';
import { errorOf } from './error_of.js';
import { openEngine } from './open_engine.js';

describe('layers of real nets (long)', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  for (const c of layerCases) {
    it(c.name, async () => {
      const inputs = inputsOf(c);
      const launch = c.launch(engine, inputs, 'f32');
      try {
        await engine.scoped(c.name, c.bytes, () => launch.run(engine));
        const outputs = await Promise.all(launch.outputs.map((y) => download(engine, y as Tensor)));
        expect(errorOf(c, inputs, outputs)).to.be.at.most(c.tolerance);
      } finally {
        launch.free();
      }
    });
  }
});
