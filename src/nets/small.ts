import type { FcnOptions } from './fcn_vgg16.js';

/**
 * FCN-VGG16 for machines without a GPU: an eighth of the width, and fc6 sees 3 x 3 cells. Nothing is padded by more
 * than keeps its size, so that no pixel outside the image is computed; the upsampled scores are what is cropped.
 */
export const small = (name: string, o: FcnOptions = {}): FcnOptions => ({
  name,
  width: 1 / 8,
  pad: 1,
  fc6Kernel: 3,
  fc6Pad: 1,
  crops: 'upsampled',
  ...o,
});
