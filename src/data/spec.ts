import { DataError } from '../errors.js';
import type { DataSet } from './dataset.js';
import type { DataFiles } from './files.js';

/** `LAYOUT:SOURCE[,KEY=VALUE]...`, taken apart. */
export interface DataSpec {
  readonly text: string;
  readonly layout: string;
  /** A folder, mostly; may hold commas. */
  readonly source: string;
  readonly options: Readonly<Record<string, string>>;
}

/** `labels=none`: the pictures have none. */
export const NO_LABELS = 'none';

/** A way to lay out data on a disk, or to make it. */
export interface DataLayout {
  /** The whole form, for help and messages: `voc:DIR[,classes=N]`. */
  readonly usage: string;
  /** Keys of the options. */
  readonly options: readonly string[];
  /** @throws DataError where a file that it needs at once is missing. */
  open(spec: DataSpec, files: DataFiles): Promise<DataSet>;
}

/** Takes a spec apart. @throws DataError with the spec. */
export function parseSpec(text: string, layouts: Readonly<Record<string, DataLayout>>): DataSpec {
  const fail = (what: string): never => {
    throw new DataError(what, text);
  };
  const [, name = '', rest = ''] = /^([\w-]+):(.*)$/s.exec(text) ?? [];
  const layout = Object.hasOwn(layouts, name) ? layouts[name] : undefined;
  if (!layout) return fail(`no data set, should begin with one of ${Object.keys(layouts).join(':, ')}:`);
  const [given = '', ...pairs] = rest.split(/,(?=\w+=)/);
  const source = given.replace(/(?<=.)\/+$/, '');
  if (!source) return fail(`nothing behind ${name}:, should be ${layout.usage}`);
  const options: Record<string, string> = {};
  for (const pair of pairs) {
    const [key, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    if (!layout.options.includes(key)) fail(`unknown option ${key}, should be ${layout.usage}`);
    if (key in options) fail(`${key} twice, should be once`);
    if (!value) fail(`${key} is empty, should be ${layout.usage}`);
    options[key] = value;
  }
  return { text, layout: name, source, options };
}

/** A whole number among a spec's options; undefined where it is not given. */
export function integerOption(
  { options, text }: DataSpec,
  key: string,
  min: number,
  max: number,
): number | undefined {
  const value = options[key];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max)
    throw new DataError(`${key}=${value}, should be a whole number of ${min} to ${max}`, text);
  return number;
}
