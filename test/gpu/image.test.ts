import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { fromImageBitmap, fromRgba, fromTexture, overlay } from '../../src/engine/image.js';
import { argmax, concat, scale, sum } from '../../src/engine/operators.js';
import { downloadRgba, emptyPixels, uploadPixels } from '../../src/engine/pixels.js';
import { download, empty, free, upload, uploadVector } from '../../src/engine/tensor.js';
import { ShapeError, UnsupportedError, ValidationError } from '../../src/errors.js';
import { vocPalette } from '../../src/image/palette.js';
import { CAFFE_PREPROCESS } from '../../src/ops/image.js';
import { fromRgba as reference } from '../reference/image.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

const H = 5;
const W = 7;
const RGBA = Uint8ClampedArray.from({ length: 4 * H * W }, (_, i) => ((i & 3) === 3 ? 255 : (i * 53) % 256));

describe('images', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  const wanted = reference(RGBA, 1, H * W, CAFFE_PREPROCESS);

  it('come from bytes on the host', async () => {
    const y = fromRgba(engine, RGBA, { h: H, w: W }, CAFFE_PREPROCESS);
    expect(y.shape).to.deep.equal({ n: 1, c: 3, h: H, w: W });
    expect(relativeError(await download(engine, y), wanted)).to.be.at.most(2 ** -22);
    free(y);
  });

  it('come from an ImageBitmap, or the platform is named as unable', async function () {
    if (typeof createImageBitmap !== 'function') this.skip();
    const bitmap = await createImageBitmap(new ImageData(RGBA, W, H), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
    if (typeof engine.device.queue.copyExternalImageToTexture !== 'function') {
      expect(() => fromImageBitmap(engine, bitmap, CAFFE_PREPROCESS)).to.throw(UnsupportedError, 'fromRgba');
      return;
    }
    const y = await engine.scoped('bitmap', 0, () => fromImageBitmap(engine, bitmap, CAFFE_PREPROCESS));
    expect(relativeError(await download(engine, y), wanted)).to.be.at.most(2 ** -22);
    free(y);
  });

  it('refuse bytes and textures that do not fit', () => {
    expect(() => fromRgba(engine, RGBA, { h: H, w: 8 }, CAFFE_PREPROCESS)).to.throw(
      ShapeError,
      'image_from_rgba: 140 bytes for 5 x 8 pixels, should be 160',
    );
    const texture = (format: GPUTextureFormat, usage: number) =>
      engine.device.createTexture({ size: [W, H], format, usage });
    const srgb = texture('rgba8unorm-srgb', GPUTextureUsage.TEXTURE_BINDING);
    expect(() => fromTexture(engine, srgb, CAFFE_PREPROCESS)).to.throw(
      UnsupportedError,
      'format rgba8unorm-srgb, should be rgba8unorm',
    );
    const unbound = texture('rgba8unorm', GPUTextureUsage.COPY_DST);
    expect(() => fromTexture(engine, unbound, CAFFE_PREPROCESS)).to.throw(ValidationError, 'TEXTURE_BINDING');
    srgb.destroy();
    unbound.destroy();
  });

  it('show labels in their colours', async () => {
    const labels = uploadPixels(engine, Uint32Array.of(0, 15, 255), { h: 1, w: 3 });
    const y = overlay(engine, labels, null, { palette: vocPalette() });
    expect([...(await downloadRgba(engine, y))]).to.deep.equal([
      ...[0, 0, 0, 255],
      ...[192, 128, 128, 255],
      ...[224, 224, 192, 255],
    ]);
    labels.buffer.destroy();
    y.buffer.destroy();
  });
});

describe('channel-wise operators refuse', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  const shape = { n: 1, c: 5, h: 2, w: 3 };

  it('a vector of another length', () => {
    const x = upload(engine, new Float32Array(30), shape);
    const s = uploadVector(engine, new Float32Array(4), 4);
    expect(() => scale(engine, x, s)).to.throw(
      ShapeError,
      'scale: scale of 16 bytes, should be 32 for 5 channels',
    );
    free(x);
    s.buffer.destroy();
  });

  it('maps of other shapes, and none', () => {
    const a = empty(engine, shape);
    const b = empty(engine, { ...shape, h: 4 });
    expect(() => sum(engine, [a, b])).to.throw(
      ShapeError,
      'sum: map of [1, 5, 4, 3], should be [1, 5, 2, 3]',
    );
    expect(() => concat(engine, [])).to.throw(ShapeError, 'concat: no maps, should be at least one');
    free(a, b);
  });

  it('labels of another size', () => {
    const x = empty(engine, shape);
    const y = emptyPixels(engine, { h: 3, w: 3 });
    expect(() => argmax(engine, x, y)).to.throw(
      ShapeError,
      'argmax: output of [1, 3, 3] pixels, should be [1, 2, 3]',
    );
    free(x);
    y.buffer.destroy();
  });
});
