export * from './operators/channels.js';
export * from './operators/confusion.js';
export * from './operators/conv.js';
export * from './operators/crop.js';
export type { On } from './operators/on.js';
export * from './operators/pointwise.js';
export * from './operators/pool.js';
export * from './operators/resize.js';
export * from './operators/stitch.js';
