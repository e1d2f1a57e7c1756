import type { Shape } from '../../shape.js';
import type { TensorAttrs } from '../kinds/tensor.js';
import { CHANNELS, EXTENT, IMAGES } from './bounds.js';
import { record } from './check.js';
import type { Forms } from './form.js';

const shape = record<Shape>({ n: IMAGES, c: CHANNELS, h: EXTENT, w: EXTENT });

export const TENSOR_FORMS: Forms<TensorAttrs> = {
  constant: { inputs: 0, attrs: record({ shape }) },
};
