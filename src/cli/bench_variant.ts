import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { VariantReport } from '../../bench/variant.js';
import { variantText } from '../../bench/variant_text.js';
import { FormatError } from '../errors.js';
import type { Kernel } from '../kernel.js';
import type { Outcome, Tools } from './command.js';
import { dist } from './peers.js';
import { partsOf, reflectKernel } from './reflect.mjs';

export interface VariantArgs {
  /** The operator, or the kernel, in whose place the file runs. */
  readonly kernel: string;
  /** Path of a .wgsl file. */
  readonly variant: string;
  readonly only: readonly string[];
  readonly watch: boolean;
  readonly browserWs: string | undefined;
  /** Prints the outcome of a run that is not the last. */
  print(outcome: Outcome): void;
}

/** How often a file is looked at, in ms. */
const INTERVAL = 200;
/** Where the parts lie that a kernel shares with built-in ones. */
const PART_FOLDERS = [join(dist, '../kernels')];

/** Checks, times and compares a kernel of a file; with `watch` again whenever it is saved, until an interrupt. */
export async function benchVariant(args: VariantArgs, tools: Tools): Promise<Outcome> {
  if (!args.watch) return once(args, tools);
  for (;;) {
    const saved = change(filesOf(args.variant), tools.signal);
    args.print(await once(args, tools).catch((error: Error) => said(error, tools.signal)));
    tools.log(`waiting for ${args.variant} to be saved; ctrl-c ends`);
    if (!(await saved)) return { text: '', json: { ended: 'interrupted' } };
  }
}

/** An error as an outcome: the author goes on editing. */
function said(error: Error, signal: AbortSignal): Outcome {
  signal.throwIfAborted();
  return { text: error.message, json: { error: error.message }, ok: false };
}

/** A kernel's file and those of its parts, if they are there. */
function filesOf(path: string): string[] {
  try {
    return [path, ...partsOf(path, PART_FOLDERS)];
  } catch {
    return [path];
  }
}

/** Resolves with true when one of the files is saved, with false when the command is interrupted. */
const change = (paths: readonly string[], signal: AbortSignal): Promise<boolean> =>
  new Promise((done) => {
    const end = (saved: boolean) => {
      for (const path of paths) unwatchFile(path);
      signal.removeEventListener('abort', interrupted);
      done(saved);
    };
    const interrupted = () => end(false);
    signal.addEventListener('abort', interrupted, { once: true });
    for (const path of paths)
      watchFile(path, { interval: INTERVAL }, (now, before) => now.mtimeMs !== before.mtimeMs && end(true));
  });

async function once({ kernel: of, variant, only, browserWs }: VariantArgs, tools: Tools): Promise<Outcome> {
  const label = basename(variant);
  const { kernel, invocations } = await readVariant(variant);
  const report: VariantReport = await tools.run(
    'variant',
    { of, kernel, label, invocations, only },
    { bundle: join(dist, 'bench.js'), ...(browserWs && { browserWs }) },
  );
  return { text: variantText(report), json: report, ok: report.failed.length === 0 };
}

/** A kernel of a file, and how many invocations it takes for how many of the built-in kernel's. */
async function readVariant(path: string): Promise<{ kernel: Kernel; invocations: [number, number] }> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new FormatError(`${path}: no such file`);
  });
  const line = /^\/\/ invocations: .*$/m.exec(text)?.[0] ?? '// invocations: 1';
  const [, times, over = '1'] = /^\/\/ invocations: ([1-9]\d*)(?:\/([1-9]\d*))?\s*$/.exec(line) ?? [];
  if (times === undefined) throw new FormatError(`${path}: '${line}', should be N or 1/N`);
  try {
    const kernel = reflectKernel(path, { entry: null, partFolders: PART_FOLDERS });
    return { kernel, invocations: [Number(times), Number(over)] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(reason.startsWith(path) ? reason : `${path}: ${reason}`);
  }
}
