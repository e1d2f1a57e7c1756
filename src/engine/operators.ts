export * from './operators/conv.js';
export type { On } from './operators/on.js';
export * from './operators/pool.js';
