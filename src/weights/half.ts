/** The number that 16 bits of IEEE 754 binary16 stand for. */
export function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The largest finite binary16. */
export const LARGEST_HALF = 65504;

const f32 = new Float32Array(1);
const bitsOf = new Uint32Array(f32.buffer);

/** The 16 bits nearest to an f32, ties to even; beyond the largest, infinity. */
export function numberToHalf(value: number): number {
  f32[0] = value;
  const bits = bitsOf[0]!;
  const sign = (bits >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const exponent = Math.max((bits >>> 23) & 255, 113) - 127;
  if (exponent > 15) return sign | 0x7c00;
  // In steps of the last place: 1024 to 2047, fewer where subnormal; 2048 carries into the exponent.
  const steps = Math.abs(f32[0]) * 2 ** (10 - exponent);
  const low = Math.floor(steps);
  const rest = steps - low;
  const rounded = rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
  return sign | (((exponent + 14) << 10) + rounded);
}
