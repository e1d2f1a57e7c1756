import { FormatError } from '../errors.js';
import type { Preprocess } from '../ops/image.js';

const CHANNELS = { rgb: 3, bgr: 3, grey: 1 } as const;

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite);

/**
 * A network's preprocessing from JSON: `{ "order": "bgr", "mean": [104, 117, 123], "std": [1, 1, 1],
 * "scale": 1 }`, with y = (x * scale - mean) / std for bytes x in 0 .. 255. `std` and `scale` may be left out.
 * @throws FormatError that names the key.
 */
export function parsePreprocess(json: string): Preprocess {
  const fail = (what: string, should: string): never => {
    throw new FormatError(`preprocess: ${what}, should be ${should}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return fail((error as Error).message, 'JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(JSON.stringify(value), 'an object with order, mean, std and scale');
  const { order, mean, std, scale, ...rest } = value as Record<string, unknown>;
  for (const key of Object.keys(rest)) fail(`key "${key}"`, 'order, mean, std or scale');
  if (typeof order !== 'string' || !Object.hasOwn(CHANNELS, order))
    return fail(`order ${JSON.stringify(order)}`, '"rgb", "bgr" or "grey"');
  const channels = CHANNELS[order as Preprocess['order']];
  const numbers = `${channels} finite number${channels > 1 ? 's' : ''} for ${order}`;
  if (!isNumbers(mean) || mean.length !== channels) return fail(`mean ${JSON.stringify(mean)}`, numbers);
  if (std !== undefined && (!isNumbers(std) || std.length !== channels || std.includes(0)))
    return fail(`std ${JSON.stringify(std)}`, `${numbers}, none 0`);
  if (scale !== undefined && (typeof scale !== 'number' || !Number.isFinite(scale)))
    return fail(`scale ${JSON.stringify(scale)}`, 'a finite number');
  return {
    order: order as Preprocess['order'],
    mean,
    ...(std === undefined ? {} : { std }),
    ...(scale === undefined ? {} : { scale }),
  };
}
