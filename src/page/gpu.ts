import { UnsupportedError } from '../errors.js';
import type { Runtime } from './protocol.js';

const REMEDY: Readonly<Record<Runtime, string>> = {
  chrome: 'use a full Chrome or Chromium of version 121 or later',
  node: '',
  deno: 'use Deno 2 or later with --unstable-webgpu',
};

/** The runtime's `GPU`, also at `navigator.gpu`. */
export async function openGpu(runtime: Runtime): Promise<GPU> {
  if (runtime === 'node') return openNodeGpu();
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new UnsupportedError(`${runtime}: there is no navigator.gpu; ${REMEDY[runtime]}`);
  return gpu;
}

async function openNodeGpu(): Promise<GPU> {
  const dawn = await import('webgpu').catch((cause) => {
    throw new UnsupportedError(
      `node: the package webgpu is missing or does not load, install it with \`npm install --no-save -D webgpu\``,
      { cause },
    );
  });
  // Dawn ends with a fault when this object is collected: navigator keeps it for the life of the process.
  const gpu = dawn.create(['disable-dawn-features=timestamp_quantization']);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  return gpu;
}
