import type { FcnOptions } from './fcn_vgg16.js';

/**
 * FCN-VGG16 for machines without a GPU: an eighth of the width, and fc6 sees 5 x 5 cells, the least that lets
 * pool3 cover what it is added to. A padding of 65 then gives any image at least one cell.
 */
export const small = (name: string, o: FcnOptions = {}): FcnOptions => ({
  name,
  width: 1 / 8,
  pad: 65,
  fc6Kernel: 5,
  ...o,
});
