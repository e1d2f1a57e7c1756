import { type AxisMap, toNumber } from '../../coords.js';
import { UnsupportedError } from '../../errors.js';
import type { Pair } from '../../shape.js';
import type { Node } from '../node.js';

/**
 * The cells of a layer's map whose receptive field lies on the image, so that no padding takes part in them: 1 for
 * these and 0 for others, in rows. It follows from the layer's place over the image.
 * @param map height and width of the map, in cells.
 * @param image height and width, in pixels.
 * @throws UnsupportedError for a layer without a place over the image.
 */
export function onImage(node: Node, map: Pair, image: Pair): Uint8Array {
  const { coords } = node;
  if (!coords) throw new UnsupportedError(`${node.name}: has no place over the image, should lie alike`);
  const rows = axisOnImage(coords[0], map[0], image[0]);
  const columns = axisOnImage(coords[1], map[1], image[1]);
  return Uint8Array.from(rows.flatMap((row) => columns.map((column) => Number(row && column))));
}

function axisOnImage({ scale, shift, field }: AxisMap, cells: number, pixels: number): boolean[] {
  const reach = (toNumber(field) - 1) / 2;
  return Array.from({ length: cells }, (_, i) => {
    const centre = toNumber(scale) * i + toNumber(shift);
    return centre - reach >= 0 && centre + reach <= pixels - 1;
  });
}
