// What every command has in common: its options, its runtime, how it reports.
import { fileURLToPath } from 'node:url';
import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty';
import type { adapter, bench } from '../../bench/bench.js';
import type { variant } from '../../bench/variant.js';
import type { jobs } from '../page/jobs.js';
import { type Progress, RUNTIMES, type Runtime } from '../page/protocol.js';
import { ProgressLine } from './progress.js';
import { type RunOptions, runJob } from './runtime.js';

const COMMON = {
  runtime: {
    type: 'enum',
    options: [...RUNTIMES],
    default: 'chrome',
    description: 'where WebGPU comes from: headless Chrome, the npm package webgpu in Node, or Deno (wgpu)',
  },
  json: { type: 'boolean', description: 'print one JSON object on stdout' },
  verbose: { type: 'boolean', description: "print what the runtime says, and errors' stacks" },
} as const satisfies ArgsDef;

/** The jobs of src/page/jobs.ts, and those of bench/page.ts, which needs its own bundle. */
type Jobs = typeof jobs & { adapter: typeof adapter; bench: typeof bench; variant: typeof variant };
type IO = Partial<
  Pick<
    RunOptions,
    'files' | 'folders' | 'data' | 'outDir' | 'abortGrace' | 'onStart' | 'onProgress' | 'bundle' | 'browserWs'
  >
>;

/** What a command works with. */
export interface Tools {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  /** Shows how far the command is. */
  progress(event: Progress): void;
  /** Prints a line on stderr. */
  log(line: string): void;
  /** Runs a job in the chosen runtime. */
  run<N extends keyof Jobs>(
    name: N,
    options: Parameters<Jobs[N]>[1],
    io?: IO,
  ): Promise<Awaited<ReturnType<Jobs[N]>>>;
}

/** A command's outcome, for people and for programs. */
export interface Outcome {
  readonly text: string;
  readonly json: object;
  /** False makes the command exit with 1. */
  readonly ok?: boolean;
}

/** A command line that the command cannot take. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Definition<A extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  /** The command's own options; positional ones in their order. */
  readonly args: A;
  /** Whether more words may follow the positional arguments; they are in `args._`. */
  readonly more?: boolean;
  run(args: ParsedArgs<A & typeof COMMON>, tools: Tools): Promise<Outcome>;
}

export function command<const A extends ArgsDef>(own: Definition<A>): CommandDef {
  const args: ArgsDef = { ...own.args, ...COMMON };
  return defineCommand({
    meta: { name: own.name, description: own.description },
    args,
    run: async (context) => {
      const given = context.args as unknown as ParsedArgs<A & typeof COMMON>;
      checkArguments(own.name, given, args, own.more ?? false);
      await carryOut(own, given);
    },
  });
}

const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Refuses options that the command does not know, and words that it would ignore. */
export function checkArguments(
  name: string,
  given: Readonly<Record<string, unknown>> & { readonly _: readonly string[] },
  args: ArgsDef,
  more: boolean,
) {
  const known = Object.entries(args).flatMap(
    ([key, { alias = [] }]: [string, ArgsDef[string] & { alias?: string | string[] }]) => [
      camelCase(key),
      kebabCase(key),
      ...[alias].flat(),
    ],
  );
  const unknown = Object.keys(given).find((key) => key !== '_' && !known.includes(key));
  if (unknown)
    throw new UsageError(
      `${name}: unknown option ${unknown.length > 1 ? '--' : '-'}${unknown}, should be one of those that \`rarefy ${name} --help\` lists`,
    );
  const words = Object.values(args).filter((arg) => arg.type === 'positional').length;
  if (!more && given._.length > words)
    throw new UsageError(`${name}: ${given._.length} arguments, should be at most ${words}`);
}

async function carryOut<A extends ArgsDef>(own: Definition<A>, args: ParsedArgs<A & typeof COMMON>) {
  const { runtime, json, verbose } = args as unknown as {
    runtime: Runtime;
    json?: boolean;
    verbose?: boolean;
  };
  const line = new ProgressLine();
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new DOMException('interrupted', 'AbortError'));
  // A second signal ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const log = (text: string) => line.log(text);
  const tools: Tools = {
    runtime,
    signal: interrupt.signal,
    progress: (event) => line.show(event),
    log,
    run: (name, options, io = {}) =>
      runJob(
        { name, options: options ?? {} },
        {
          runtime,
          bundle: fileURLToPath(new URL('./page.js', import.meta.url)),
          onProgress: (event) => line.show(event as Progress),
          log,
          onConsole: verbose ? log : () => {},
          signal: interrupt.signal,
          ...io,
        },
      ) as Promise<never>,
  };
  try {
    const { text, json: object, ok = true } = await own.run(args, tools);
    line.clear();
    if (json || text) console.log(json ? JSON.stringify(object) : text);
    if (!ok) process.exitCode = 1;
  } finally {
    line.clear();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}
