/** Of this package. Kernels, and so what was measured with them, belong to a version. */
export const VERSION = '0.1.0';
