/** Numbers as MATLAB's classes hold them. */
export type MatNumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What a MATLAB variable holds. `dims` are rows, columns and so on; elements lie in rows, the last dimension fastest. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly dims: readonly number[]; readonly data: MatNumberArray }
  | { readonly kind: 'text'; readonly dims: readonly number[]; readonly lines: readonly string[] }
  | { readonly kind: 'cells'; readonly dims: readonly number[]; readonly cells: readonly MatValue[] }
  | {
      readonly kind: 'structs';
      readonly dims: readonly number[];
      /** One of each element. */
      readonly structs: readonly ReadonlyMap<string, MatValue>[];
    };

/** Elements in MATLAB's order, the first dimension fastest, put into rows. */
export function inRows<A extends { [i: number]: unknown; readonly length: number }>(
  dims: readonly number[],
  stored: A,
  y: A,
): A {
  const strides: number[] = [];
  for (let i = 0, stride = 1; i < dims.length; stride *= dims[i++]!) strides.push(stride);
  const at = dims.map(() => 0);
  for (let to = 0, from = 0; to < stored.length; to++) {
    y[to] = stored[from];
    for (let i = dims.length - 1; i >= 0; i--) {
      from += strides[i]!;
      if (++at[i]! < dims[i]!) break;
      from -= dims[i]! * strides[i]!;
      at[i] = 0;
    }
  }
  return y;
}
