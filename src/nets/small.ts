import type { FcnOptions } from './fcn_vgg16.js';

/**
 * FCN-VGG16 for machines without a GPU: an eighth of the width, and fc6 sees 3 x 3 cells, so that a padding
 * of 33 gives any image at least one cell. The crop offsets follow.
 */
export const small = (name: string, o: FcnOptions = {}): FcnOptions => ({
  name,
  width: 1 / 8,
  pad: 33,
  fc6Kernel: 3,
  ...o,
});
