import type { FcnOptions } from './fcn_vgg16.js';

/**
 * FCN-VGG16 for machines without a GPU: an eighth of the width, fc6 and fc7 a quarter of that, and fc6
 * sees 3 x 3 cells. Nothing is padded by more
 * than keeps its size, so that no pixel outside the image is computed; the upsampled scores are what is cropped.
 * Batch norms let it learn from few images and from nothing else; they fold into the convolutions afterwards.
 */
export const small = (name: string, o: FcnOptions = {}): FcnOptions => ({
  name,
  width: 1 / 8,
  hidden: 1024,
  pad: 1,
  fc6Kernel: 3,
  fc6Pad: 1,
  norm: true,
  crops: 'upsampled',
  ...o,
});
