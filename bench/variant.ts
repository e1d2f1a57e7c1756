// A kernel that its author has just written: checked, timed, and compared with the built-in ones.
import type { Dispatch } from '../src/dispatch.js';
import { createEngine, type Engine } from '../src/engine/engine.js';
import { Recording } from '../src/engine/recording.js';
import { UnsupportedError } from '../src/errors.js';
import type { AdapterInfo } from '../src/gpu/device.js';
import type { Kernel } from '../src/kernel.js';
import type { Host } from '../src/page/host.js';
import type { Case } from '../test/cases/case.js';
import { gradientCase } from '../test/cases/gradient.js';
import { cases } from '../test/cases/index.js';
import { trainingCases } from '../test/cases/training.js';
import { errorOf } from '../test/gpu/error_of.js';
import { inputsOf, randomInputs } from '../test/inputs.js';
import type { Launch } from './contender.js';
import { kernelsOf, layerLaunch } from './rarefy.js';
import { type Row, row } from './report.js';
import type { LayerTask } from './task.js';
import { interleaved, sample, type Warm } from './timing.js';
import { checkFit, standIn, targetOf } from './variant_fit.js';
import { backward } from './workloads/backward.js';
import { workloads } from './workloads/index.js';
import type { Workload } from './workloads/workload.js';

export interface VariantOptions {
  /** The operator, or the kernel, that the variant is for. */
  readonly of: string;
  readonly kernel: Kernel;
  /** What the variant is called in the report. */
  readonly label: string;
  /** So many of the variant's invocations do the work of so many of the built-in kernel's. */
  readonly invocations: readonly [number, number];
  /** Workloads to time; a few cheap ones without. */
  readonly only: readonly string[];
}

export interface VariantReport {
  readonly adapter: AdapterInfo;
  readonly variant: string;
  /** The built-in kernel in whose place it ran. */
  readonly replaces: string;
  /** Cases that it was checked on, and those that it got wrong. */
  readonly checked: number;
  readonly failed: readonly { readonly case: string; readonly error: number; readonly tolerance: number }[];
  /** The variant and the built-in ways, case by case; nothing is timed that is wrong. */
  readonly rows: readonly Row[];
}

/** Layers that are timed where none are named. */
const TIMED = 3;

type Dispatches = readonly Dispatch<GPUBuffer | GPUTextureView>[];

/** What an engine launches for a case, whatever its numbers are. */
function dispatchesOf(engine: Engine, c: Case): Dispatches {
  const launch = c.launch(engine, randomInputs(c), 'f32');
  const recording = new Recording(engine);
  try {
    launch.run(recording);
    return [...recording.dispatches];
  } finally {
    recording.release();
    launch.free();
  }
}

/** The workloads that are one operator, as cases of their names. */
const layers = (list: readonly Workload[]): Case[] =>
  list.flatMap(({ name, work }) => (work.kind === 'layer' ? [{ ...work.case, name }] : []));

/** A case with its numbers. */
const taskOf = (c: Case): LayerTask => {
  const { name, flops, bytes } = c;
  return { kind: 'layer', name, flops, bytes, case: c, inputs: inputsOf(c) };
};

/**
 * Where to look for what runs a kernel, one list after another: the cases of an operator of that name; or those of the
 * operator that it is named after, of all, and of training: all gradients but those whose twin is slow, losses, norms.
 */
function* candidates(of: string): Generator<readonly Case[]> {
  const own = cases.filter(({ op }) => op === of);
  if (own.length > 0) return yield own;
  yield cases.filter(({ op }) => of.startsWith(`${op}_`));
  yield cases;
  yield [...cases.filter(({ gradient }) => gradient && !gradient.slow).map(gradientCase), ...trainingCases];
}

/** A variant on its device, with all features and with portable kernels only. */
interface Bench {
  readonly host: Host;
  readonly engines: readonly Engine[];
  readonly label: string;
  /** The engine whose launches of a case have the kernel that the variant replaces. */
  runner(c: Case): Engine | undefined;
  /** Launches a case with the variant in its place. */
  launch(layer: LayerTask): Promise<Launch>;
}

export async function variant(host: Host, o: VariantOptions): Promise<VariantReport> {
  const { of, kernel, label, invocations, only } = o;
  const full = await createEngine({ gpu: host.gpu });
  const portable = await createEngine({ device: full.device, without: ['subgroups'] });
  const engines = [full, portable];
  try {
    const missing = kernel.needs.find((need) => !([...full.features] as string[]).includes(need));
    if (missing) throw new UnsupportedError(`${label}: needs ${missing}, which this adapter does not offer`);
    host.progress({ text: `looking for what runs ${of}` });
    const { target, users } = find(engines, o);
    checkFit(label, kernel, target);
    const runner = (c: Case) =>
      engines.find((e) => dispatchesOf(e, c).some((d) => d.kernel.name === target.name));
    const bench: Bench = {
      host,
      engines,
      label,
      runner,
      launch: (layer) =>
        layerLaunch(runner(layer.case)!, layer, (d) => standIn(d, target, kernel, invocations)),
    };
    const failed = await checkAll(bench, users);
    const report = {
      adapter: full.adapter,
      variant: label,
      replaces: target.name,
      checked: users.length,
      failed,
    };
    if (failed.length > 0) return { ...report, rows: [] };
    const rows: Row[] = [];
    for (const c of toTime(bench, users, only)) {
      host.signal.throwIfAborted();
      host.progress({ text: `timing ${c.name}` });
      rows.push(...(await compared(bench, taskOf(c))));
    }
    if (rows.length === 0)
      throw new UnsupportedError(
        `${label}: no layer that has ${only.join(' or ')} in its name runs ${target.name}, should be one as ${users[0]!.name}`,
      );
    return { ...report, rows };
  } finally {
    portable.dispose();
    full.dispose();
  }
}

/** The kernel that a variant stands in for, and the cases that run it. */
function find(engines: readonly Engine[], { of, kernel, label }: VariantOptions) {
  const ran = new Map<Case, readonly Kernel[]>();
  for (const list of candidates(of)) {
    for (const c of list)
      if (!ran.has(c))
        ran.set(
          c,
          engines.flatMap((e) => dispatchesOf(e, c)).map((d) => d.kernel),
        );
    if (list.some((c) => ran.get(c)!.some(({ name }) => name === of))) break;
  }
  const target = targetOf(label, of, kernel.name, [...ran.values()].flat());
  const users = [...ran].filter(([, kernels]) => kernels.some(({ name }) => name === target.name));
  return { target, users: users.map(([c]) => c) };
}

/** Holds the variant against the float64 twins. */
async function checkAll(bench: Bench, users: readonly Case[]): Promise<VariantReport['failed']> {
  const failed: VariantReport['failed'][number][] = [];
  for (const [done, c] of users.entries()) {
    bench.host.signal.throwIfAborted();
    bench.host.progress({ text: `checking ${c.name}`, done, total: users.length });
    const layer = taskOf(c);
    const launch = await bench.launch(layer);
    try {
      await sample(launch, 1);
      const error = errorOf(c, layer.inputs, await launch.read());
      const { name, tolerance } = c;
      if (!(error <= tolerance)) failed.push({ case: name, error, tolerance });
    } finally {
      launch.free();
    }
  }
  return failed;
}

/**
 * The named layers, or the cheapest of the compared ones of these operators, or the dearest cases of the tests; one by
 * one, as what an engine launches is known once the weights are packed, which takes a large layer long.
 */
function* toTime({ runner }: Bench, users: readonly Case[], only: readonly string[]): Generator<Case> {
  if (only.length > 0) {
    for (const c of layers(workloads('all', only))) if (runner(c)) yield c;
    return;
  }
  const dearer = (a: Case, b: Case) => a.flops - b.flops || a.bytes - b.bytes;
  const alike = layers([...workloads('quick'), ...backward()])
    .filter(({ op }) => users.some((c) => c.op === op))
    .toSorted(dearer);
  let found = 0;
  for (const c of alike) {
    if (found === TIMED) break;
    if (!runner(c)) continue;
    found++;
    yield c;
  }
  if (found === 0) yield* users.toSorted(dearer).slice(-TIMED);
}

/** Times the variant and each built-in way of a layer in turn, every one checked first. */
async function compared(bench: Bench, layer: LayerTask): Promise<Row[]> {
  const { case: c, inputs } = layer;
  const builtIn = new Map(bench.engines.map((e) => [kernelsOf(dispatchesOf(e, c)), e]));
  const ways: [string, () => Promise<Launch>][] = [
    [bench.label, () => bench.launch(layer)],
    ...[...builtIn].map(([kernels, e]): [string, () => Promise<Launch>] => [
      kernels,
      () => layerLaunch(e, layer),
    ]),
  ];
  const entered: (Warm & { about: Parameters<typeof row>[0] })[] = [];
  try {
    for (const [name, prepare] of ways) {
      const launch = await prepare();
      const about = { case: layer.name, engine: 'rarefy', variant: name, against: 'float64' } as const;
      const entry = { launch, firstMs: 0, about: { ...about, maxError: 0, flops: c.flops, bytes: c.bytes } };
      const at = entered.push(entry) - 1;
      const firstMs = await sample(launch, 1);
      const maxError = errorOf(c, inputs, await launch.read());
      if (!(maxError <= c.tolerance))
        throw new Error(`${name}: error ${maxError.toExponential(1)} in ${layer.name}`);
      entered[at] = { launch, firstMs, about: { ...entry.about, maxError } };
    }
    const stop = { signal: bench.host.signal, deadline: Number.POSITIVE_INFINITY };
    const samples = await interleaved(entered, stop);
    const rows: Row[] = [];
    for (const [i, { launch, about }] of entered.entries())
      rows.push({ ...row(about, samples[i]!), ...(await launch.gpu?.()) });
    return rows;
  } finally {
    for (const { launch } of entered) launch.free();
  }
}
