// The options by which every command names a net, and the files behind them.
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { ArgsDef } from 'citty';
import { NETS } from '../nets/index.js';
import type { ModelOptions } from '../page/model.js';
import type { SessionOptions } from '../page/session.js';
import { formatOf } from '../weights/formats.js';
import { UsageError } from './command.js';

const NET_NAMES = Object.keys(NETS).join(', ');

/** Which net, and what its files do not say. */
export const NET_ARGS = {
  net: { type: 'string', description: `a net that is built in code: ${NET_NAMES}`, valueHint: 'NAME' },
  width: { type: 'string', description: "share of the net's channels, with --net", valueHint: '0..1' },
  classes: {
    type: 'string',
    description: "classes of the net, with --net; those that --weights names, or the net's own, without",
    valueHint: 'N',
  },
  weights: {
    type: 'string',
    description:
      'numbers by name, a .safetensors or .caffemodel: for --net, --prototxt or the .onnx of --model',
    valueHint: 'FILE',
  },
  prototxt: { type: 'string', description: "a Caffe net's description", valueHint: 'FILE' },
  model: {
    type: 'string',
    description: 'a file with its own graph: .safetensors, .onnx, or .caffemodel with --prototxt',
    valueHint: 'FILE',
  },
  caffemodel: { type: 'string', description: 'the same as --model', valueHint: 'FILE' },
  preprocess: {
    type: 'string',
    description:
      "JSON with order, mean, std and scale; the file's own, or BGR minus the mean of Caffe, without",
    valueHint: 'FILE',
  },
  labels: { type: 'string', description: "a class name per line; the file's own without", valueHint: 'FILE' },
} as const satisfies ArgsDef;

export const MODEL_ARGS = {
  ...NET_ARGS,
  memory: {
    type: 'enum',
    options: ['fast', 'low'],
    default: 'fast',
    description: 'low saves memory, fast saves time',
  },
  limits: {
    type: 'enum',
    options: ['adapter', 'default'],
    default: 'adapter',
    description: "of the device: the adapter's own, or those that every WebGPU device has",
  },
  tuning: {
    type: 'string',
    description: 'algorithms as `rarefy tune` measured them on this adapter',
    valueHint: 'FILE',
  },
  out: { type: 'string', default: 'out', description: 'folder for pictures', valueHint: 'DIR' },
} as const satisfies ArgsDef;

export type NetArgs = { readonly [K in keyof typeof NET_ARGS]?: string | undefined };
export interface ModelArgs extends NetArgs {
  readonly memory?: string | undefined;
  readonly tuning?: string | undefined;
  readonly limits?: string | undefined;
}

/** Input files of a job: the name under which the page asks for each, and its path. */
export class Files {
  readonly paths: Record<string, string> = {};

  /** Registers a file and returns its name. @throws UsageError where there is none. */
  add(option: string, path: string): string {
    if (!existsSync(path)) throw new UsageError(`${option}: no file ${path}`);
    const name = `${Object.keys(this.paths).length}-${basename(path)}`;
    this.paths[name] = path;
    return name;
  }
}

/** A number of [least, most] from an option. */
export function numberOf(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
  whole = false,
) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value >= least && value <= most && (!whole || Number.isSafeInteger(value))) return value;
  throw new UsageError(
    `${option} ${text}: should be ${whole ? 'a whole number' : 'a number'} of ${least} to ${most}`,
  );
}

/** The net that the options name; `fallback` is the one to take where they name none. */
export function netOptions(args: NetArgs, files: Files, fallback?: string): ModelOptions {
  if (args.model && args.caffemodel) throw new UsageError('--model and --caffemodel: one of them, not both');
  const model = args.model ?? args.caffemodel;
  const net = args.net ?? (args.prototxt || model ? undefined : fallback);
  const own = args.prototxt ? '--prototxt' : model && '--model';
  if (net && own) throw new UsageError(`--net and ${own}: one of them, not both`);
  if (!net && !own) throw new UsageError('no net: give --net, --model or --prototxt');
  const isCaffe = !model || formatOf(model).extension === '.caffemodel';
  if (model && isCaffe !== Boolean(args.prototxt))
    throw new UsageError(
      isCaffe ? '--model: a caffemodel needs --prototxt' : `--prototxt: is of a caffemodel, not of ${model}`,
    );
  for (const option of ['width', 'classes'] as const)
    if (args[option] && !net)
      throw new UsageError(`--${option} goes with --net; a file with its own graph is a --model`);
  if (args.weights && model && formatOf(model).extension !== '.onnx')
    throw new UsageError(`--weights goes with --net, --prototxt or an ONNX model; ${model} has its own`);
  const width = numberOf('--width', args.width, 2 ** -10, 1);
  const classes = numberOf('--classes', args.classes, 1, 2 ** 16, true);
  const file = (option: keyof ModelOptions, path: string | undefined) =>
    path && { [option]: files.add(`--${option}`, path) };
  return {
    ...(net && { net }),
    ...(width !== undefined && { width }),
    ...(classes !== undefined && { classes }),
    ...file('weights', args.weights),
    ...file('prototxt', args.prototxt),
    ...file('model', model),
    ...file('preprocess', args.preprocess),
    ...file('labels', args.labels),
  };
}

/** The model that the options name, and how to run it. */
export const modelOptions = (
  args: ModelArgs,
  files: Files,
  fallback?: string,
): ModelOptions & SessionOptions => ({
  ...netOptions(args, files, fallback),
  ...sessionOptions(args),
  ...(args.tuning && { tuning: files.add('--tuning', args.tuning) }),
});

/** How to run a net, whichever it is. */
export const sessionOptions = (args: Pick<ModelArgs, 'memory' | 'limits'>): SessionOptions => ({
  memory: args.memory === 'low' ? 'low' : 'fast',
  limits: args.limits === 'default' ? 'default' : 'adapter',
});

const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** "512MiB", or bytes without a unit. */
export function parseBytes(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB)?$/.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (unit ? UNITS[unit as keyof typeof UNITS] : 1));
  if (!(bytes >= 1))
    throw new UsageError(`${option} ${text}: should be bytes, or a number of KiB, MiB or GiB`);
  return bytes;
}

/** A picture for a job: its file's name, and the stem of the files that come of it. */
export function picture(path: string, files: Files): { file: string; name: string } {
  return { file: files.add('image', path), name: basename(path, extname(path)) };
}

/** "500x375" as [height, width]: HEIGHTxWIDTH, as sizes are written everywhere here. */
export function parseSize(option: string, text: string): [number, number] {
  const [, h, w] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (!Number(h) || !Number(w)) throw new UsageError(`${option} ${text}: should be HEIGHTxWIDTH in pixels`);
  return [Number(h), Number(w)];
}
