import { DeviceLostError, LimitError, type Net, type NetInput } from '../../src/index.js';

/** Runs a net, once more after a device loss; `signal` stops it between two submits. */
export async function run(net: Net, input: NetInput, signal: AbortSignal) {
  const onProgress = (p: { done: number; layer: string }) => console.debug(p.layer, p.done);
  try {
    return await net.run(input, { signal, onProgress });
  } catch (error) {
    if (error instanceof LimitError) console.error(error.needed, error.have, error.howTo);
    if (!(error instanceof DeviceLostError)) throw error;
    await net.engine.restore(); // with a borrowed device: restore(anotherDevice)
    return net.run(input, { signal, onProgress });
  }
}
