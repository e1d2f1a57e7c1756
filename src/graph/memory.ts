/** Something that takes memory from one step to another, both counted. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** A buffer that serves values one after another. */
export interface Slot<T extends Lifetime> {
  bytes: number;
  readonly values: T[];
}

/**
 * Lets values that never live at once share buffers: largest first, each into the slot that it fits with
 * the least waste. Whole buffers, as WebGPU refuses a dispatch that reads and writes one buffer.
 */
export function assignSlots<T extends Lifetime>(values: readonly T[]): Slot<T>[] {
  const slots: Slot<T>[] = [];
  const apart = (a: T, b: T) => a.last < b.first || b.last < a.first;
  for (const value of [...values].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    // Values come by falling size, so a free slot is never too small: the smallest wastes the least.
    const free = slots.filter((s) => s.values.every((other) => apart(other, value)));
    const best = free.reduce<Slot<T> | null>((a, b) => (a && a.bytes <= b.bytes ? a : b), null);
    if (best) best.values.push(value);
    else slots.push({ bytes: value.bytes, values: [value] });
  }
  return slots;
}
