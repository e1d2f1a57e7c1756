/** Colours by index, 4 bytes RGBA each, as `overlay` and `encodeLabels` take them. */
export type Palette = Uint8Array;

/** The colour of a label as #rrggbb. */
export const colorOf = (palette: Palette, label: number): string =>
  `#${[...palette.subarray(4 * label, 4 * label + 3)].map((v) => v.toString(16).padStart(2, '0')).join('')}`;

/**
 * The 256 colours of PASCAL VOC's label files: bit k of the label's triples goes to bit 7 - k of each
 * channel, so that near labels get far colours. 0 is black, 255 (void) is cream.
 */
export function vocPalette(): Palette {
  const palette = new Uint8Array(4 * 256);
  for (let label = 0; label < 256; label++) {
    for (let bit = 0, rest = label; bit < 8; bit++, rest >>= 3)
      for (let channel = 0; channel < 3; channel++)
        palette[4 * label + channel]! |= ((rest >> channel) & 1) << (7 - bit);
    palette[4 * label + 3] = 255;
  }
  return palette;
}

/**
 * Ten even samples of `inferno` by Smith, van der Walt and Firing, of matplotlib (CC0,
 * https://github.com/BIDS/colormap).
 */
const INFERNO = [
  0x000004, 0x1b0c41, 0x4a0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9b06, 0xf7d13d, 0xfcffa4,
];

/** 256 colours for heat maps, from near black (0) to pale yellow (255), lighter with every step. */
export function heatPalette(): Palette {
  const palette = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (INFERNO.length - 1);
    const low = Math.min(Math.floor(position), INFERNO.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [a, b] = [INFERNO[low]!, INFERNO[low + 1]!].map((rgb) => (rgb >> (16 - 8 * channel)) & 255);
      palette[4 * i + channel] = Math.round(a! + (b! - a!) * (position - low));
    }
    palette[4 * i + 3] = 255;
  }
  return palette;
}
