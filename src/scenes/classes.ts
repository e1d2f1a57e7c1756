import type { Palette } from '../image/palette.js';

/** The geometric label of a class, as SIFT Flow has them. */
export const GEOMETRY = ['sky', 'horizontal', 'vertical'] as const;

/** Name, geometric label, colour. */
const CLASSES = [
  ['sky', 0, 0x87b5e0],
  ['building', 2, 0x8a4b3c],
  ['road', 1, 0x6e6480],
  ['path', 1, 0xe0b0d0],
  ['grass', 1, 0x9ccc50],
  ['water', 1, 0x2050c8],
  ['tree', 2, 0x1e6e32],
  ['car', 2, 0x3020a0],
  ['person', 2, 0xe02040],
  ['pole', 2, 0xf0f0f0],
  ['fence', 2, 0xe08020],
  ['sign', 2, 0xf0e000],
] as const;

/** What a pixel of a scene may show; its index is the label. */
export const SCENE_CLASSES: readonly string[] = CLASSES.map(([name]) => name);

/** The label of each class by its name. */
export const LABEL = Object.fromEntries(CLASSES.map(([name], label) => [name, label])) as Readonly<
  Record<(typeof CLASSES)[number][0], number>
>;

/** The geometric label of each class. */
export const GEOMETRY_OF: readonly number[] = CLASSES.map(([, geometry]) => geometry);

/** The colour of each class. */
export const scenePalette = (): Palette =>
  Uint8Array.from(CLASSES.flatMap(([, , rgb]) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255]));
