// Whether one kernel can run in another's place, and how.
import type { Dispatch } from '../src/dispatch.js';
import { UnsupportedError } from '../src/errors.js';
import type { Kernel } from '../src/kernel.js';

/**
 * The built-in kernel that a variant stands in for: the one that was named, or the one that its entry point is named
 * after.
 * @param of an operator, or one of its kernels
 * @param kernels what the operator runs
 */
export function targetOf(label: string, of: string, entry: string, kernels: readonly Kernel[]): Kernel {
  const found = kernels.find(({ name }) => name === of) ?? kernels.find(({ name }) => name === entry);
  if (found) return found;
  const names = [...new Set(kernels.map(({ name }) => name))];
  throw new UnsupportedError(
    names.length === 0
      ? `${label}: no operator and no kernel is called ${of}`
      : `${label}: ${of} runs ${names.join(', ')}; --kernel should name one of them, or the entry point, which is ${entry}`,
  );
}

/** Throws an UnsupportedError unless whoever launches `target` has all that the variant wants. */
export function checkFit(label: string, variant: Kernel, target: Kernel): void {
  const had = (key: 'bindings' | 'params') => target[key].map(({ name }) => name).join(', ') || 'none';
  for (const { name, type } of variant.bindings) {
    const own = target.bindings.find((b) => b.name === name);
    if (own?.type !== type)
      throw new UnsupportedError(
        `${label}: binding ${name} is ${type}, ${own ? `should be ${own.type}` : `should be one of ${had('bindings')}`} as in ${target.name}`,
      );
  }
  for (const { name } of target.bindings.filter(({ type }) => type === 'storage'))
    if (!variant.bindings.some((b) => b.name === name))
      throw new UnsupportedError(`${label}: does not write ${name}, should as ${target.name} does`);
  for (const { name } of variant.params)
    if (!target.params.some((p) => p.name === name))
      throw new UnsupportedError(
        `${label}: params.${name}, should be one of ${had('params')} as in ${target.name}`,
      );
}

/**
 * Dispatches with the variant in the target's place.
 * @param invocations so many of the variant's do the work of so many of the target's
 */
export const standIn = <B>(
  dispatches: readonly Dispatch<B>[],
  target: Kernel,
  variant: Kernel,
  [own, others]: readonly [number, number],
): Dispatch<B>[] =>
  dispatches.map((d) =>
    d.kernel.name === target.name
      ? {
          ...d,
          kernel: variant,
          constants: Object.fromEntries(
            Object.entries(d.constants).filter(([name]) => variant.overrides.includes(name)),
          ),
          invocations: Math.ceil((d.invocations * own) / others),
        }
      : d,
  );
