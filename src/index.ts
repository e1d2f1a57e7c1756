export * from './engine/engine.js';
export * from './engine/operators.js';
export * from './engine/recording.js';
export * from './engine/tensor.js';
export * from './errors.js';
export { type AdapterInfo, adapterName } from './gpu/device.js';
export * from './limits.js';
export { conv2dLayout } from './ops/conv2d.js';
export type { Padding, Pair, Shape } from './shape.js';
