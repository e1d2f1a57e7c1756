// Counts the bytes of every array that is made. Imported first, so that no module holds the constructors themselves.

/** A reader asked for more memory than it may. */
export class AllocationError extends Error {
  override readonly name = 'AllocationError';
}

const count = { bytes: 0, most: Number.POSITIVE_INFINITY };

/** Starts to count from 0; beyond `most` bytes a constructor throws an AllocationError. */
export function allocateAtMost(most: number): void {
  count.bytes = 0;
  count.most = most;
}

/** Since the count began. */
export const allocatedBytes = (): number => count.bytes;

/** Bytes that a constructor allocates for these arguments; a view allocates none. */
function sizeOf(first: unknown, width: number): number {
  if (typeof first === 'number') return first * width;
  if (first === null || typeof first !== 'object' || first instanceof ArrayBuffer) return 0;
  return 'length' in first && typeof first.length === 'number' ? first.length * width : 0;
}

const watched = {
  ArrayBuffer,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
  Int16Array,
  Int32Array,
  Int8Array,
  Uint16Array,
  Uint32Array,
  Uint8Array,
  Uint8ClampedArray,
};

for (const [name, Type] of Object.entries(watched)) {
  const width = 'BYTES_PER_ELEMENT' in Type ? Type.BYTES_PER_ELEMENT : 1;
  const counted: typeof Type = new Proxy(Type, {
    construct(target, args: unknown[], newTarget): object {
      const bytes = sizeOf(args[0], width);
      count.bytes += Number.isFinite(bytes) ? bytes : 0;
      if (count.bytes > count.most) {
        count.most = Number.POSITIVE_INFINITY; // the error's own way out may need some
        throw new AllocationError(`${count.bytes} bytes in arrays`);
      }
      return Reflect.construct(target, args, newTarget === counted ? target : newTarget);
    },
  });
  Object.assign(globalThis, { [name]: counted });
}
