import type { RearrangeOptions } from '../../../ops/rearrange.js';
import type { LayerExport } from './exporter.js';

type Digits = RearrangeOptions['digits'];

/** Digits with a stride, outer axes of the source first, where they count each of its elements once; or null. */
function axesOf(digits: Digits, offset: number, elements: number): Digits | null {
  const sorted = digits.filter(({ stride }) => stride !== 0).toSorted((a, b) => b.stride - a.stride);
  let stride = 1;
  for (const digit of sorted.toReversed()) {
    if (digit.stride !== stride) return null;
    stride *= digit.size;
  }
  return offset === 0 && stride === elements ? sorted : null;
}

/** The element of x that each element of y is, for a source of any kind. */
function indices({ digits, offset }: RearrangeOptions): Int32Array {
  let found = Int32Array.of(offset);
  for (const { size, stride } of digits) {
    const outer = found;
    found = new Int32Array(outer.length * size);
    for (let i = 0; i < found.length; i++) found[i] = outer[Math.floor(i / size)]! + (i % size) * stride;
  }
  return found;
}

/** Elements in another order: a transposition and a repetition where it is one, else element by element. */
export function rearrange(e: LayerExport, o: RearrangeOptions): string {
  const { from, to, offset } = o;
  const free = from.n === null;
  // 0 is the size of the input's axis: every image alike.
  const lead = free ? [0] : [];
  const shaped = (x: string, dims: readonly number[]) => e.add('Reshape', [x, e.ints([...lead, ...dims])]);
  const whole = (x: string) => shaped(x, [...(free ? [] : [to.n!]), to.c, to.h, to.w]);

  const digits = o.digits.filter(({ size }) => size > 1);
  const axes = axesOf(digits, offset, (from.n ?? 1) * from.c * from.h * from.w);
  if (!axes) {
    const bytes = new Uint8Array(indices(o).buffer as ArrayBuffer);
    const table = e.to.tensor(`${e.node.name}.indices`, { type: 'int32', dims: [bytes.length / 4], bytes });
    return whole(e.add('Gather', [shaped(e.x, [-1]), table], { axis: lead.length }));
  }
  let y = e.x;
  const moved = digits.filter(({ stride }) => stride !== 0).map((digit) => axes.indexOf(digit));
  if (moved.some((from, i) => from !== i)) {
    y = shaped(
      y,
      axes.map(({ size }) => size),
    );
    y = e.add('Transpose', [y], { perm: [...lead, ...moved.map((axis) => axis + lead.length)] });
  }
  if (moved.length < digits.length) {
    y = shaped(
      y,
      digits.map(({ size, stride }) => (stride === 0 ? 1 : size)),
    );
    y = e.add('Expand', [y, e.ints([...lead.map(() => 1), ...digits.map(({ size }) => size)])]);
  }
  return whole(y);
}
