// Files that are well-formed and say something else: a field lost, twice, elsewhere or of another value.
import { type Dice, pick, WORDS } from './mutate.js';

/** Whole numbers that break careless arithmetic. */
const WHOLE = [
  0n,
  1n,
  2n,
  7n,
  16n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/** A field of a protobuf message: its number, its wire type, and its value. */
interface Field {
  readonly tag: bigint;
  readonly value: bigint | Uint8Array | Field[];
}

const VARINT = 0;
const BYTES = 2;
const WIDTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function readVarint(bytes: Uint8Array, at: number): [value: bigint, at: number] | null {
  let value = 0n;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    value |= BigInt(bytes[at + i]! & 0x7f) << BigInt(7 * i);
    if (bytes[at + i]! < 0x80) return [value, at + i + 1];
  }
  return null;
}

/** The fields of a message; null for bytes that are none. */
function readFields(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag, from] = readVarint(bytes, at) ?? [0n, 0];
    const wire = Number(tag & 7n);
    const size = WIDTHS[wire];
    if (tag < 8n) return null;
    if (size) {
      if (from + size > bytes.length) return null;
      fields.push({ tag, value: bytes.subarray(from, from + size) });
      at = from + size;
      continue;
    }
    const [value, next] = readVarint(bytes, from) ?? [0n, 0];
    if (next === 0 || (wire !== VARINT && wire !== BYTES)) return null;
    at = next;
    if (wire === VARINT) fields.push({ tag, value });
    else {
      const end = next + Number(value);
      if (end > bytes.length) return null;
      const own = bytes.subarray(next, end);
      fields.push({ tag, value: own.length > 0 ? (readFields(own) ?? own) : own });
      at = end;
    }
  }
  return fields;
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const writeFields = (fields: readonly Field[]): Uint8Array =>
  joined(
    fields.flatMap(({ tag, value }) => {
      const head = Uint8Array.from(varint(tag));
      if (typeof value === 'bigint') return [head, Uint8Array.from(varint(value))];
      const own = value instanceof Uint8Array ? value : writeFields(value);
      return (tag & 7n) === BigInt(BYTES)
        ? [head, Uint8Array.from(varint(BigInt(own.length))), own]
        : [head, own];
    }),
  );

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** A message and all those within. */
const messages = (fields: Field[]): Field[][] => [
  fields,
  ...fields.flatMap(({ value }) => (Array.isArray(value) ? messages(value) : [])),
];

/** The same field, of which nothing changes with the other. */
const copy = ({ tag, value }: Field): Field => ({
  tag,
  value: Array.isArray(value) ? (readFields(writeFields(value)) ?? []) : value,
});

/** Fields of the same wire type. */
const alike = (all: readonly Field[], { tag }: Field): Field[] =>
  all.filter((f) => (f.tag & 7n) === (tag & 7n));

/** Another value of the same wire type. */
function otherValue({ tag, value }: Field, all: readonly Field[], roll: Dice): Field {
  if (typeof value === 'bigint')
    return { tag, value: pick([...WHOLE, value + 1n, value > 0n ? value - 1n : 0n], roll) };
  if (!(value instanceof Uint8Array)) return { tag, value: [] };
  if (WIDTHS[Number(tag & 7n)]) return { tag, value: value.map(() => roll(256)) };
  const others = all.map((f) => f.value).filter((v) => v instanceof Uint8Array);
  const kinds = [
    value.slice(0, roll(value.length)),
    joined([value, value]),
    new TextEncoder().encode(pick(WORDS, roll)),
    pick(others, roll),
    value.map((byte) => (roll(4) === 0 ? roll(256) : byte)),
  ];
  return { tag, value: pick(kinds, roll) };
}

/** A protobuf message with one to three fields changed. */
export function deformProtobuf(bytes: Uint8Array, roll: Dice): Uint8Array {
  const root = readFields(bytes);
  if (!root) return bytes;
  for (let count = 1 + roll(3); count > 0; count--) {
    const lists = messages(root);
    const all = lists.flat();
    const list = pick(
      lists.filter(({ length }) => length > 0),
      roll,
    );
    if (!list) break;
    const at = roll(list.length);
    const field = list[at]!;
    const action = roll(8);
    if (action === 0) list.splice(at, 1);
    else if (action === 1) list.splice(roll(list.length), 0, copy(field));
    else if (action === 2) list[at] = { ...copy(pick(alike(all, field), roll)), tag: field.tag };
    else if (action === 3) [list[at], list[0]] = [list[0]!, field];
    else list[at] = otherValue(field, all, roll);
  }
  return writeFields(root);
}

const VALUES: readonly unknown[] = [
  0,
  -1,
  1,
  3,
  0.5,
  2 ** 24,
  2 ** 31,
  2 ** 53,
  1e308,
  null,
  true,
  '',
  [],
  {},
  [[]],
];

/** A value of JSON and where it stands. */
interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function places(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...places(parent[key])]);
}

/** A text of JSON with one to three values changed. */
export function deformJson(bytes: Uint8Array, roll: Dice): Uint8Array {
  const root = [JSON.parse(new TextDecoder().decode(bytes))] as unknown as Record<string, unknown>;
  for (let count = 1 + roll(3); count > 0; count--) {
    const all = places(root);
    const { parent, key } = pick(all, roll);
    const other = pick(all, roll);
    const put = (name: string, value: unknown) =>
      Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
    const action = roll(8);
    if (action === 0 && parent !== root) delete parent[key];
    else if (action === 1) put(Array.isArray(parent) ? key : pick(WORDS, roll), parent[key]);
    else if (action < 4) put(key, structuredClone(other.parent[other.key]));
    else put(key, pick([...VALUES, pick(WORDS, roll)], roll));
  }
  return new TextEncoder().encode(JSON.stringify(root[0]) ?? '');
}
