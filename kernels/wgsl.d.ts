declare module '*.wgsl' {
  /** A kernel with its reflected interface; the esbuild plugin in esbuild.mjs writes it at build time. */
  const kernel: import('../src/kernel.js').Kernel;
  export default kernel;
}
