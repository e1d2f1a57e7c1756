import { TuningError } from '../errors.js';
import { type AdapterInfo, adapterTitle } from '../gpu/device.js';
import { VERSION } from '../version.js';
import { ALGORITHMS, type Algorithm } from './algorithms.js';
import { parseConvClass } from './choosing.js';

const FORMAT = 'rarefy-tuning';
const FORMAT_VERSION = 1;

/**
 * What tells one adapter, with its driver, from another. WebGPU names the driver in the description, where the
 * implementation says anything at all.
 */
export type AdapterKey = Pick<AdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;

const KEYS = ['vendor', 'architecture', 'device', 'description'] as const;

/** Convolutions of one class of a net, as they were timed. */
export interface TunedClass {
  /** Milliseconds by algorithm, of those that gave what the direct kernel gives. */
  readonly ms: Readonly<Partial<Record<Algorithm, number>>>;
  /** Output pixels that these are for, and those of all the net's layers of the class. */
  readonly pixels: number;
  readonly netPixels: number;
  /** Algorithms that gave something else: the error relative to the largest value, null where a value is not finite. */
  readonly wrong?: Readonly<Partial<Record<Algorithm, number | null>>>;
}

/** What `Net.tune` measured: plain JSON, to be saved and loaded. */
export interface Tuning {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** Version of this package. */
  readonly engine: string;
  readonly adapter: AdapterKey;
  /** By `convClass`. */
  readonly layers: Readonly<Record<string, TunedClass>>;
  /** Classes that were not reached within the budget: the cost model chooses for them. */
  readonly untimed: readonly string[];
}

/** A record of these measurements. */
export function tuningOf(
  adapter: AdapterInfo,
  layers: Tuning['layers'],
  untimed: readonly string[] = [],
): Tuning {
  const key = Object.fromEntries(KEYS.map((name) => [name, adapter[name]])) as unknown as AdapterKey;
  return { format: FORMAT, version: FORMAT_VERSION, engine: VERSION, adapter: key, layers, untimed };
}

/** Whether a record is of this adapter and driver. */
export const isOfAdapter = ({ adapter }: Tuning, other: AdapterKey): boolean =>
  KEYS.every((name) => adapter[name] === other[name]);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const damaged = (what: string) => new TuningError(`tuning: ${what}`, 'damaged');

/** @throws TuningError unless this is a record of this version, as JSON.parse gives it, and of this adapter if given. */
export function checkTuning(value: unknown, adapter?: AdapterInfo): Tuning {
  if (!isRecord(value) || value.format !== FORMAT)
    throw damaged(`no record, should be an object with the format '${FORMAT}'`);
  if (value.version !== FORMAT_VERSION)
    throw new TuningError(`tuning: format ${value.version}, should be ${FORMAT_VERSION}`, 'version');
  if (value.engine !== VERSION)
    throw new TuningError(
      `tuning: of version ${value.engine}, should be of ${VERSION}; tune again`,
      'version',
    );
  const { layers, untimed, adapter: own } = value;
  if (!isRecord(own) || !KEYS.every((name) => typeof own[name] === 'string'))
    throw damaged(`no adapter, should have ${KEYS.join(', ')}`);
  if (!isRecord(layers)) throw damaged('no layers, should be an object');
  for (const [name, layer] of Object.entries(layers)) checkClass(name, layer);
  if (!Array.isArray(untimed) || untimed.some((name) => typeof name !== 'string' || !parseConvClass(name)))
    throw damaged('untimed is no list of classes of layers');
  const tuning = value as unknown as Tuning;
  if (adapter && !isOfAdapter(tuning, adapter))
    throw new TuningError(
      `tuning: of ${adapterTitle({ ...tuning.adapter, software: false })}, this is ${adapterTitle(adapter)}; tune again`,
      'adapter',
    );
  return tuning;
}

function checkClass(name: string, layer: unknown): void {
  if (!parseConvClass(name)) throw damaged(`'${name}' is no class of layers`);
  if (!isRecord(layer) || !isRecord(layer.ms)) throw damaged(`${name}: no times, should have ms`);
  for (const [algorithm, ms] of Object.entries(layer.ms)) {
    if (!Object.hasOwn(ALGORITHMS, algorithm))
      throw damaged(
        `${name}: algorithm '${algorithm}', should be one of ${Object.keys(ALGORITHMS).join(', ')}`,
      );
    if (!isPositive(ms)) throw damaged(`${name}: ${algorithm} takes ${ms} ms, should be above 0`);
  }
  for (const field of ['pixels', 'netPixels'] as const)
    if (!isPositive(layer[field])) throw damaged(`${name}: ${field} ${layer[field]}, should be above 0`);
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && Number.isFinite(value);
