import type { Attrs } from '../../graph/kinds.js';
import type { Node } from '../../graph/node.js';
import { type Dim, equalDims, over, product, times } from './size.js';
import { type mapOf, rowMajor, type Step, sizes, type Value } from './value.js';

const isNumber = (d: Dim): d is number => typeof d === 'number';

/** Steps with neighbours that one step describes merged, and without those of a single index. */
function merged(steps: readonly Step[]): Step[] {
  const found: Step[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.size === 1) continue;
    if (last && equalDims(last.stride, times(step.stride, step.size)))
      found[found.length - 1] = { size: times(last.size, step.size), stride: step.stride };
    else found.push(step);
  }
  return found;
}

/** Most channels whose order is written out. */
const MOST = 2 ** 20;

/** Numbers of a mixed-radix counter, last step fastest. */
function indices(offset: number, steps: readonly { size: number; stride: number }[]): number[] {
  let found = [offset];
  for (const { size, stride } of steps)
    found = found.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * stride));
  return found;
}

const numeric = (steps: readonly Step[]): { size: number; stride: number }[] | null =>
  steps.every(({ size, stride }) => isNumber(size) && isNumber(stride))
    ? (steps as { size: number; stride: number }[])
    : null;

/** Steps behind the images, where each image is arranged alike; null where images are mixed. */
function ofOneImage(steps: readonly Step[], node: Node): readonly Step[] | null {
  const { n, c, h, w } = sizes(node);
  const [first, ...rest] = steps;
  if (n === 1) return first && equalDims(first.size, 1) ? rest : steps;
  return first && equalDims(first.size, n) && equalDims(first.stride, product([c, h, w])) ? rest : null;
}

/** Channels of `node` in the tensor's order, where it moves whole planes: this needs no known size. */
export function planes({ offset, steps }: Value, node: Node): number[] | null {
  const { h, w } = sizes(node);
  const image = ofOneImage(steps, node);
  if (!image) return null;
  const plane = times(h, w);
  for (let split = image.length; split >= 0; split--) {
    const [outer, inner] = [image.slice(0, split), image.slice(split)];
    const dims = inner.map((s) => s.size);
    if (!equalDims(product(dims), plane)) continue;
    const inOrder = rowMajor(dims).every((s, i) => s.size === 1 || equalDims(s.stride, inner[i]!.stride));
    const channels = numeric(
      outer.map(({ size, stride }) => ({ size, stride: over(stride, plane) ?? Number.NaN })),
    );
    const first = over(offset, plane);
    const count = channels?.reduce((sum, { size }) => sum * size, 1) ?? 0;
    if (!inOrder || !channels || count > MOST || first === null || !isNumber(first)) return null;
    const found = indices(first, channels);
    return found.every(Number.isSafeInteger) ? found : null;
  }
  return null;
}

/** The layer that lays the tensor out in order; null where that needs sizes that are not known. */
export function arrangement(v: Value, node: Node, to: ReturnType<typeof mapOf>): Attrs['rearrange'] | null {
  const from = sizes(node);
  const freeImages = !isNumber(from.n);
  const steps = freeImages ? ofOneImage(v.steps, node) : v.steps;
  const digits = steps && numeric(merged(steps));
  const { offset } = v;
  if (!digits || !isNumber(offset) || ![from, to].every(({ c, h, w }) => [c, h, w].every(isNumber)))
    return null;
  const shape = ({ n, c, h, w }: typeof to) => ({
    n: freeImages ? null : (n as number),
    c: c as number,
    h: h as number,
    w: w as number,
  });
  return { digits, offset, from: shape(from), to: shape(to) };
}
