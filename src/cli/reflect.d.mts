import type { Kernel } from '../kernel.js';

/**
 * Reads a kernel of a file: the `Kernel` of src/kernel.ts. Parts that it `uses` lie beside it or in `partFolders`.
 * @param options.entry the entry point, the file's name by default; null takes the only one
 * @throws Error, with the path, for text that is no kernel
 */
export function reflectKernel(
  path: string,
  options?: { readonly entry?: string | null; readonly partFolders?: readonly string[] },
): Kernel;

/** Paths of the parts that a kernel `uses`, beside it or in `partFolders`. @throws Error where one is missing */
export function partsOf(path: string, partFolders?: readonly string[]): string[];
