import type { Engine } from '../engine/engine.js';
import { UnsupportedError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';

/** A picture stretched to [height, width], half-pixel bilinear with antialiasing. */
export async function stretch(
  _engine: Engine,
  picture: RgbaImage,
  [height, width]: readonly [number, number],
): Promise<RgbaImage> {
  throw new UnsupportedError(
    `stretching ${picture.width} x ${picture.height} to ${width} x ${height} does not run yet`,
  );
}
