import type { Engine } from '../engine/engine.js';
import { fromRgba } from '../engine/image.js';
import { resize } from '../engine/operators.js';
import { download, free } from '../engine/tensor.js';
import type { RgbaImage } from '../image/image.js';

/** A picture stretched to [height, width], half-pixel bilinear with antialiasing, rounded to bytes again. */
export async function stretch(
  engine: Engine,
  { width, height, rgba }: RgbaImage,
  size: readonly [number, number],
): Promise<RgbaImage> {
  const x = fromRgba(engine, rgba, { h: height, w: width }, { order: 'rgb', mean: [0, 0, 0] });
  const y = resize(engine, x, { mode: 'bilinear', coordinates: 'half_pixel', antialias: true, size });
  const planes = await download(engine, y);
  free(x, y);
  const area = size[0] * size[1];
  const stretched = new Uint8Array(4 * area).fill(255);
  for (let pixel = 0; pixel < area; pixel++)
    for (let c = 0; c < 3; c++) {
      const value = Math.round(planes[c * area + pixel]!);
      stretched[4 * pixel + c] = Math.min(Math.max(value, 0), 255);
    }
  return { width: size[1], height: size[0], rgba: stretched };
}
