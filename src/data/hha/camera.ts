import { ShapeError } from '../../errors.js';

/** A pinhole camera, in pixels; the centre of the first pixel of a row lies at 1, as in MATLAB. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** NYUDv2's colour camera, for whole images of 640 x 480 pixels. */
export const NYU_CAMERA: Intrinsics = {
  fx: 518.8579011745019,
  fy: 519.4696111212749,
  cx: 325.5824494111903,
  cy: 253.73616633400465,
};

/** What NYUDv2's images lose at the left and at the top when they are cut to 560 x 425 pixels. */
export const NYU_CROP = { x: 40, y: 45, width: 560, height: 425 } as const;

/** NYUDv2's camera for images of its two sizes. */
export function nyuCamera({
  width,
  height,
}: {
  readonly width: number;
  readonly height: number;
}): Intrinsics {
  const { fx, fy, cx, cy } = NYU_CAMERA;
  if (width === 640 && height === 480) return NYU_CAMERA;
  if (width === NYU_CROP.width && height === NYU_CROP.height)
    return { fx, fy, cx: cx - NYU_CROP.x, cy: cy - NYU_CROP.y };
  throw new ShapeError(
    `hha: ${width} x ${height} pixels, should be 560 x 425 or 640 x 480, or have intrinsics of its own`,
  );
}

/** A plane of numbers as points see it: X / Z of each column, Y / Z of each row. */
export function rays({ fx, fy, cx, cy }: Intrinsics, width: number, height: number) {
  return {
    x: Float64Array.from({ length: width }, (_, i) => (i + 1 - cx) / fx),
    y: Float64Array.from({ length: height }, (_, i) => (i + 1 - cy) / fy),
  };
}
