import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { confusion, downloadConfusion } from '../../src/engine/operators.js';
import { uploadPixels } from '../../src/engine/pixels.js';
import { empty, free } from '../../src/engine/tensor.js';
import { ShapeError } from '../../src/errors.js';
import { countLabels, emptyConfusion } from '../../src/metrics/confusion.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';

describe('confusion counts of an engine', () => {
  const size = { h: 3, w: 50 };
  const truth = Uint32Array.from({ length: 150 }, (_, i) => Math.floor(i / 7) % 5);
  const labels = Uint32Array.from({ length: 150 }, (_, i) => Math.floor(i / 11) % 4);
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  it('of several images are those of the host', async () => {
    const maps = [truth, labels].map((data) => uploadPixels(engine, data, size));
    const [a, b] = [maps[0]!, maps[1]!];
    const y = confusion(engine, a, b, { classes: 4, ignore: 2 });
    confusion(engine, a, a, { classes: 4, ignore: 2, add: true }, y);
    const wanted = emptyConfusion(4);
    countLabels(wanted, truth, labels, { ignore: 2 });
    countLabels(wanted, truth, truth, { ignore: 2 });
    expect(await downloadConfusion(engine, y)).to.deep.equal(wanted);
    for (const { buffer } of [a, b, y]) buffer.destroy();
  });

  it('are refused where a label is no class, where scores have others, where there is nothing to add to', async () => {
    const map = uploadPixels(engine, truth, size);
    const other = uploadPixels(engine, new Uint32Array(8), { h: 2, w: 4 });
    const three = empty(engine, { n: 1, c: 3, ...size });
    const outside = confusion(engine, map, uploadPixels(engine, labels.fill(9), size), { classes: 4 });
    await rejection(downloadConfusion(engine, outside), ShapeError, 'should be below 4');
    expect(() => confusion(engine, map, three, { classes: 4 })).to.throw(
      ShapeError,
      'confusion: scores of 3 classes, should be 4',
    );
    expect(() => confusion(engine, map, other, { classes: 4 })).to.throw(
      ShapeError,
      'confusion: labels of [1, 2, 4] pixels, should be [1, 3, 50]',
    );
    expect(() => confusion(engine, map, map, { classes: 4, add: true })).to.throw(
      ShapeError,
      'confusion: nothing to add to, should be given counts',
    );
    free(three);
    for (const { buffer } of [map, other, outside]) buffer.destroy();
  });
});
