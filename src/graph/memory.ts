import type { Dispatch } from '../dispatch.js';
import { alignUp } from '../shape.js';

/** Something that takes memory from one step to another, both counted. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Where a value lies in its slot, in bytes. */
export type Placement<T extends Lifetime> = T & { readonly at: number };

/** A buffer that serves several values, one after another or beside one another. */
export interface Slot<T extends Lifetime> {
  bytes: number;
  readonly values: Placement<T>[];
}

/** How values may lie beside one another in a slot while both live. */
export interface Packing<T> {
  /** Whether they cannot lie in one buffer although they do not overlap. */
  readonly meet: (a: T, b: T) => boolean;
  /** Bytes of which every place is a multiple. */
  readonly alignment: number;
}

const apart = (a: Lifetime, b: Lifetime): boolean => a.last < b.first || b.last < a.first;

/** Steps for which a slot is idle before or after a value, at least 1; 0 where others live beside it. */
const idle = (slot: Slot<Lifetime>, { first, last }: Lifetime): number =>
  Math.max(0, Math.min(...slot.values.map((other) => Math.max(first - other.last, other.first - last))));

/**
 * Lets values share buffers, largest first: each comes into the slot that is idle for the fewest steps around it, so
 * that a slot stays free for what lives long (Pisarchyk and Lee, arXiv:2001.03288, greedy by size, improved).
 * @param packing without, values that live at once never share.
 */
export function assignSlots<T extends Lifetime>(values: readonly T[], packing?: Packing<T>): Slot<T>[] {
  const slots: Slot<T>[] = [];
  for (const value of [...values].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    // Slots lie by falling size as values do, so a free one is never too small, and of equals comes the largest.
    const [best] = slots
      .flatMap((slot) => {
        const at = placeIn(slot, value, packing);
        return at === null ? [] : [{ slot, at, idle: idle(slot, value) }];
      })
      .sort((a, b) => a.idle - b.idle);
    if (best) best.slot.values.push({ ...value, at: best.at });
    else slots.push({ bytes: value.bytes, values: [{ ...value, at: 0 }] });
  }
  return slots;
}

/** The first place for a value between those that live beside it, or null. */
function placeIn<T extends Lifetime>(slot: Slot<T>, value: T, packing?: Packing<T>): number | null {
  const beside = slot.values.filter((other) => !apart(other, value)).sort((a, b) => a.at - b.at);
  if (beside.length > 0 && (!packing || beside.some((other) => packing.meet(other, value)))) return null;
  let at = 0;
  for (const other of beside) {
    if (at + value.bytes <= other.at) return at;
    at = Math.max(at, alignUp(other.at + other.bytes, packing!.alignment));
  }
  return at + value.bytes <= slot.bytes ? at : null;
}

/** Whether a dispatch binds one of two buffers while it writes the other: WebGPU refuses that of a single buffer. */
export function meetings<B>(dispatches: readonly Dispatch<B>[]): (a: B, b: B) => boolean {
  const met = new Map<B, Set<B>>();
  for (const { kernel, bindings } of dispatches)
    for (const written of kernel.bindings.filter(({ type }) => type === 'storage')) {
      const { buffer } = bindings[written.name]!;
      const others = met.get(buffer) ?? new Set();
      for (const view of Object.values(bindings)) others.add(view.buffer);
      met.set(buffer, others);
    }
  return (a, b) => Boolean(met.get(a)?.has(b) || met.get(b)?.has(a));
}

/** Most bytes of values that live at one step: what no sharing gets below. */
export function mostAtOnce(values: readonly Lifetime[]): number {
  const live = (step: number) =>
    values.reduce((sum, { bytes, first, last }) => sum + (first <= step && step <= last ? bytes : 0), 0);
  // The sum grows only where a value begins.
  return Math.max(0, ...[...new Set(values.map(({ first }) => first))].map(live));
}
