import type { Attrs } from '../../../graph/kinds.js';
import type { Node } from '../../../graph/node.js';
import type { Call } from '../call.js';
import { type Dim, equalDims, showDims } from '../size.js';
import type { OnnxType } from '../tensor.js';
import { dimsOf, host, isHost, type Value } from '../value.js';

/** Tensors with axes of size 1 in front, to the rank of the largest, and the sizes where they meet. */
export interface Broadcast {
  readonly values: readonly Value[];
  readonly dims: readonly Dim[];
}

const padded = (v: Value, lead: number, rank: number): Value => {
  const unit = { size: 1, stride: 0 };
  const behind = rank - lead - v.steps.length;
  return {
    ...v,
    steps: [...Array(lead).fill(unit), ...v.steps, ...Array(Math.max(0, behind)).fill(unit)],
  };
};

/** @param axis where the second input's axes begin, in opset 6; from the end without. */
export function broadcast(c: Call, all: readonly Value[], axis: number | null = null): Broadcast {
  const rank = Math.max(...all.map((v) => v.steps.length));
  const values = all.map((v, i) =>
    padded(v, i > 0 && axis !== null ? c.axis(axis, rank) : rank - v.steps.length, rank),
  );
  const dims = values[0]!.steps.map((_, i) => {
    const sizes = values.map((v) => v.steps[i]!.size).filter((size) => size !== 1);
    const [a = 1] = sizes;
    for (const b of sizes)
      if (typeof a === 'number' && typeof b === 'number' && a !== b)
        c.bad(`sizes ${values.map((v) => showDims(dimsOf(v))).join(' and ')}, should be equal or 1`);
    return sizes.find((size) => typeof size === 'number') ?? a;
  });
  return { values, dims };
}

/** A tensor that repeats itself along an axis, as large as another one there, need not be written out. */
function thin(v: Value, others: readonly Value[]): Value {
  const steps = v.steps.map((step, i) =>
    step.stride === 0 && others.some((o) => o !== v && o.steps[i]!.stride !== 0 && o.steps[i]!.size !== 1)
      ? { size: 1, stride: 0 }
      : step,
  );
  return { ...v, steps };
}

/** Above rank 4 axes share a map's height, so there a tensor is written out unless it has all of them or none. */
function full(v: Value, dims: readonly Dim[]): Value {
  const shared = v.steps.slice(2, -1);
  if (v.steps.length <= 4 || shared.every((s, i) => equalDims(s.size, dims[i + 2]!))) return v;
  if (shared.every((s) => s.size === 1)) return v;
  return {
    ...v,
    steps: v.steps.map((s, i) => (s.size === 1 ? { size: dims[i]!, stride: 0 } : s)),
  };
}

/** The maps of tensors that meet. */
export const maps = (c: Call, { values, dims }: Broadcast): Node[] =>
  values.map((v) => c.to.map(full(thin(v, values), dims)));

/** a op b, value by value. */
export function binary(
  c: Call,
  op: Attrs['binary']['op'],
  { values, dims }: Broadcast,
  type?: OnnxType,
): Value {
  const node = c.to.add('binary', maps(c, { values, dims }), { op });
  return c.holds(node, dims, type ?? values[0]!.type);
}

/** Whether the sizes agree, or may when the net runs. */
export const alike = ({ values, dims }: Broadcast): boolean =>
  values.every((v) => v.steps.every(({ size }, i) => size !== 1 || dims[i] === 1));

/**
 * One number for each channel, for a known tensor that varies over the channels alone beside a map.
 * @param weights whether an input counts as known where its values were given.
 * @returns null where it does not, or where the map would grow.
 */
export function perChannel(
  c: Call,
  { values: [x, k], dims }: Broadcast,
  weights = false,
): Float32Array | null {
  const known = !isHost(x!.base) && (weights || isHost(k!.base)) ? c.to.host(k!) : null;
  const channel = Math.min(1, dims.length - 1);
  const channels = dims[channel] ?? 1;
  if (!known || dims.length > 4 || typeof channels !== 'number') return null;
  if (known.dims.some((d, i) => d !== 1 && i !== channel)) return null;
  if (x!.steps.some(({ size }, i) => size === 1 && dims[i] !== 1)) return null;
  const data = known.data as ArrayLike<number>;
  return Float32Array.from(
    { length: c.to.affordable([channels]) },
    (_, i) => data[data.length === 1 ? 0 : i]!,
  );
}

/** One number. */
export const scalar = (value: number): Value => host('float32', [], [value]);
