// The options by which every command names a net, and the files behind them.
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { ArgsDef } from 'citty';
import type { ModelOptions } from '../page/model.js';
import type { SessionOptions } from '../page/session.js';
import { UsageError } from './command.js';

export const MODEL_ARGS = {
  net: { type: 'string', description: 'a net that is built in code: fcn8s', valueHint: 'NAME' },
  width: { type: 'string', description: "share of the net's channels, with --net", valueHint: '0..1' },
  weights: { type: 'string', description: 'a .safetensors or .caffemodel for --net', valueHint: 'FILE' },
  prototxt: { type: 'string', description: "a Caffe net's description", valueHint: 'FILE' },
  model: {
    type: 'string',
    description: 'a file with its own graph: a .caffemodel, with --prototxt',
    valueHint: 'FILE',
  },
  caffemodel: { type: 'string', description: 'the same as --model', valueHint: 'FILE' },
  preprocess: {
    type: 'string',
    description: 'JSON with order, mean, std and scale; BGR minus the mean of Caffe without',
    valueHint: 'FILE',
  },
  labels: { type: 'string', description: 'a class name per line', valueHint: 'FILE' },
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
  out: { type: 'string', default: 'out', description: 'folder for pictures', valueHint: 'DIR' },
} as const satisfies ArgsDef;

export interface ModelArgs {
  readonly net?: string | undefined;
  readonly width?: string | undefined;
  readonly weights?: string | undefined;
  readonly prototxt?: string | undefined;
  readonly model?: string | undefined;
  readonly caffemodel?: string | undefined;
  readonly preprocess?: string | undefined;
  readonly labels?: string | undefined;
  readonly memory?: string | undefined;
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

/** The model that the options name; `fallback` is the net to run where they name none. */
export function modelOptions(
  args: ModelArgs,
  files: Files,
  fallback?: string,
): ModelOptions & SessionOptions {
  const caffemodel = args.model ?? args.caffemodel;
  const net = args.net ?? (args.prototxt || caffemodel ? undefined : fallback);
  if (net && args.prototxt) throw new UsageError('--net and --prototxt: one of them, not both');
  if (!net && !args.prototxt)
    throw new UsageError(
      caffemodel
        ? '--model: a caffemodel needs --prototxt'
        : 'no net: give --net, or --prototxt with --model',
    );
  if (args.weights && !net)
    throw new UsageError('--weights goes with --net; a file with its own graph is a --model');
  const width = args.width === undefined ? undefined : Number(args.width);
  if (width !== undefined && !(width > 0 && width <= 1))
    throw new UsageError(`--width ${args.width}: should be above 0 and at most 1`);
  return {
    ...(net && { net }),
    ...(width !== undefined && { width }),
    ...(args.weights && { weights: files.add('--weights', args.weights) }),
    ...(args.prototxt && { prototxt: files.add('--prototxt', args.prototxt) }),
    ...(caffemodel && { caffemodel: files.add('--model', caffemodel) }),
    ...(args.preprocess && { preprocess: files.add('--preprocess', args.preprocess) }),
    ...(args.labels && { labels: files.add('--labels', args.labels) }),
    memory: args.memory === 'low' ? 'low' : 'fast',
    limits: args.limits === 'default' ? 'default' : 'adapter',
  };
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
