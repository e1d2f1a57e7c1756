import type { Graph } from '../graph/builder.js';
import type { FcnOptions } from './fcn_vgg16.js';
import { type ClassifierOptions, vgg16Classifier } from './vgg16.js';

/** What the nets and their classifier share. */
const TRUNK = { width: 1 / 8, hidden: 1024, norm: true } as const;

/**
 * FCN-VGG16 for machines without a GPU: an eighth of the width, fc6 and fc7 a quarter of that, and fc6 sees 3 x 3
 * cells. Nothing is padded by more than keeps its size, so that no pixel outside the image is computed; the upsampled
 * scores are what is cropped.
 * Batch norms let it learn from few images and from nothing else; they fold into the convolutions afterwards.
 */
export const small = <O extends FcnOptions>(name: string, o = {} as O): FcnOptions & O => ({
  name,
  ...TRUNK,
  pad: 1,
  fc6Kernel: 3,
  fc6Pad: 1,
  crops: 'upsampled',
  ...o,
});

/**
 * The classifier that those nets are cast from: on 96 x 96 pixels pool5 has the 3 x 3 cells that fc6 sees, so what it
 * gives is the middle cell of their scores.
 */
export const smallClassifier = (o: ClassifierOptions = {}): Graph =>
  vgg16Classifier({ name: 'small', ...TRUNK, side: 96, ...o });
