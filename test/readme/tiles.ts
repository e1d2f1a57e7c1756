import { type Net, type Preprocess, rgbaReader, runTiles } from '../../src/index.js';

/** The scores of a picture of any size, [classes, h, w], within 512 MiB on the device. */
export async function scores(
  net: Net,
  rgba: Uint8Array,
  size: { h: number; w: number },
  preprocess: Preprocess,
  signal: AbortSignal,
) {
  const picture = rgbaReader(net.engine, rgba, size, preprocess); // or a tensor, an array, a reader of your own
  const { outputs, plan } = await runTiles(net, picture, {
    maxBytes: 512 * 2 ** 20,
    signal,
    onProgress: ({ tile, tiles, done }) => console.debug(`tile ${tile} of ${tiles}`, done),
  });
  console.debug(`${plan.tiles.length} windows of ${plan.window} pixels, ${plan.bytes.peak} bytes`);
  return outputs.score!.data;
}
