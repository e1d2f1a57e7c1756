import { FormatError } from '../../errors.js';
import type { Padding, Pair } from '../../shape.js';

/** Takes a value of JSON for what it should be. @throws FormatError that begins with `at`, where it stands. */
export type Check<T> = (value: unknown, at: string) => T;

/** A key that may be left out. */
export interface Optional<T> {
  readonly optional: Check<T>;
}

/** A check for each key, marked where the key is optional: one that is left out does not compile. */
export type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Check<T[K]>;
};

/** Names a value in a message; what nests is not printed. */
const show = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** Throws the FormatError of a check. */
export function wrong(value: unknown, at: string, should: string): never {
  throw new FormatError(`${at}: ${show(value)}, should be ${should}`);
}

/** A whole number of [least, most]. */
export const whole =
  (least: number, most: number): Check<number> =>
  (value, at) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : wrong(value, at, `a whole number of ${least} to ${most}`);

/** Numbers that JSON lacks, as `plain` writes them. */
const NAMED = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

/** A number that is not NaN, of [least, most]. */
export const real =
  (least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Check<number> =>
  (value, at) => {
    const number = typeof value === 'number' ? value : NAMED.get(value as string);
    return number !== undefined && number >= least && number <= most
      ? number
      : wrong(value, at, `a number of ${least} to ${most}`);
  };

/** A value of attributes as JSON: numbers that JSON lacks become their names. */
export function plain(value: unknown): unknown {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? '-0' : `${value}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, plain(part)]));
}

/** True or false. */
export const flag: Check<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : wrong(value, at, 'true or false');

/** A text of at most `most` UTF-16 units. */
export const text =
  (most: number): Check<string> =>
  (value, at) =>
    typeof value === 'string' && value.length <= most
      ? value
      : wrong(value, at, `a text of at most ${most} characters`);

/** One of these words; one that its type has and this list forgets does not compile. */
export const word =
  <W extends string>(words: Readonly<Record<NoInfer<W>, true>>): Check<W> =>
  (value, at) =>
    typeof value === 'string' && Object.hasOwn(words, value)
      ? (value as W)
      : wrong(value, at, `one of ${Object.keys(words).join(', ')}`);

/** A list of `least` to `most` values. */
export const list =
  <T>(of: Check<T>, most: number, least = 0): Check<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) && value.length >= least && value.length <= most
      ? value.map((part, i) => of(part, `${at}[${i}]`))
      : wrong(value, at, `a list of ${least} to ${most}`);

/** Null, or what `of` takes. */
export const nullable =
  <T>(of: Check<T>): Check<T | null> =>
  (value, at) =>
    value === null ? null : of(value, at);

/** [y, x]. */
export const pairOf =
  <T>(of: Check<T>): Check<readonly [T, T]> =>
  (value, at) =>
    list(of, 2, 2)(value, at) as readonly [T, T];

/** One for each side, or for each axis of a tensor. */
export const fourOf =
  <T>(of: Check<T>): Check<readonly [T, T, T, T]> =>
  (value, at) =>
    list(of, 4, 4)(value, at) as unknown as readonly [T, T, T, T];

/** One number for both axes, or one for each. */
export const sides =
  (of: Check<number>): Check<number | Pair> =>
  (value, at) =>
    Array.isArray(value) ? pairOf(of)(value, at) : of(value, at);

/** One number for all sides, one for each axis, or one for each side. */
export const edges =
  (of: Check<number>): Check<number | Pair | Padding> =>
  (value, at) =>
    Array.isArray(value) && value.length === 4 ? fourOf(of)(value, at) : sides(of)(value, at);

/** An object of JSON, with the keys that it has. */
export const object: Check<Readonly<Record<string, unknown>>> = (value, at) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : wrong(value, at, 'an object');

/** A key that may be left out. */
export const optional = <T>(check: Check<T>): Optional<T> => ({ optional: check });

/** An object with these keys and no others; its type is that which is wanted of it. */
export const record =
  <T extends object>(fields: Fields<NoInfer<T>>): Check<T> =>
  (value, at) => {
    const given = object(value, at);
    const checks = Object.entries<Check<unknown> | Optional<unknown>>(fields);
    for (const key of Object.keys(given))
      if (!Object.hasOwn(fields, key))
        wrong(key, at, `a key among ${checks.map(([known]) => known).join(', ') || 'none'}`);
    const made: Record<string, unknown> = {};
    for (const [key, field] of checks) {
      const check = typeof field === 'function' ? field : field.optional;
      if (Object.hasOwn(given, key)) made[key] = check(given[key], `${at}.${key}`);
      else if (typeof field === 'function') throw new FormatError(`${at}: no ${key}, should have one`);
    }
    return made as T;
  };
