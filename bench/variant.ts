// A kernel that its author has just written: checked, timed, and compared with the built-in ones.
import type { Dispatch } from '../src/dispatch.js';
import { createEngine, type Engine } from '../src/engine/engine.js';
import { Recording } from '../src/engine/recording.js';
import { UnsupportedError } from '../src/errors.js';
import type { AdapterInfo } from '../src/gpu/device.js';
import type { Kernel } from '../src/kernel.js';
import type { Host } from '../src/page/host.js';
import { errorOf } from '../test/gpu/error_of.js';
import type { Launch } from './contender.js';
import { kernelsOf, layerLaunch } from './rarefy.js';
import { type Row, row } from './report.js';
import { type LayerTask, taskOf } from './task.js';
import { interleaved, sample, type Warm } from './timing.js';
import { checkFit, standIn, targetOf } from './variant_fit.js';
import { workloads } from './workloads/index.js';
import type { SetName, Workload } from './workloads/workload.js';

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

type Cost = Pick<LayerTask, 'flops' | 'bytes'>;
type Dispatches = readonly Dispatch<GPUBuffer | GPUTextureView>[];

/** What an engine launches for a layer. */
function dispatchesOf(engine: Engine, { case: c, inputs }: LayerTask): Dispatches {
  const launch = c.launch(engine, inputs, 'f32');
  const recording = new Recording(engine);
  try {
    launch.run(recording);
    return [...recording.dispatches];
  } finally {
    recording.release();
    launch.free();
  }
}

/** The workloads of a set that are one operator. */
const layers = (set: SetName, only: readonly string[] = []) =>
  workloads(set, only).flatMap((w) => (w.work.kind === 'layer' ? [{ workload: w, case: w.work.case }] : []));

const layerTask = ({ workload }: { workload: Workload }): LayerTask => taskOf(workload) as LayerTask;

/** The cases of an operator; of a kernel those of the operator that it is named after, or else all. */
function candidates(of: string): LayerTask[] {
  const all = layers('cases');
  const own = all.filter(({ case: c }) => c.op === of);
  const named = all.filter(({ case: c }) => of.startsWith(`${c.op}_`));
  return [own, named, all].find((list) => list.length > 0)!.map(layerTask);
}

/** A variant on its device, with all features and with portable kernels only. */
interface Bench {
  readonly host: Host;
  readonly engines: readonly Engine[];
  readonly label: string;
  /** The engine whose launches of a layer have the kernel that the variant replaces. */
  runner(layer: LayerTask): Engine | undefined;
  /** Launches a layer with the variant in its place. */
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
    const runs = (layer: LayerTask) => engines.flatMap((e) => dispatchesOf(e, layer)).map((d) => d.kernel);
    const ofIt = candidates(of).map((layer) => ({ layer, kernels: runs(layer) }));
    const target = targetOf(
      label,
      of,
      kernel.name,
      ofIt.flatMap(({ kernels }) => kernels),
    );
    checkFit(label, kernel, target);
    const runner = (layer: LayerTask) =>
      engines.find((e) => dispatchesOf(e, layer).some((d) => d.kernel.name === target.name));
    const bench: Bench = {
      host,
      engines,
      label,
      runner,
      launch: (layer) => layerLaunch(runner(layer)!, layer, (d) => standIn(d, target, kernel, invocations)),
    };
    const users = ofIt.filter(({ kernels }) => kernels.some((k) => k.name === target.name));
    const failed = await checkAll(
      bench,
      users.map(({ layer }) => layer),
    );
    const report = {
      adapter: full.adapter,
      variant: label,
      replaces: target.name,
      checked: users.length,
      failed,
    };
    if (failed.length > 0) return { ...report, rows: [] };
    const chosen = toTime(
      bench,
      users.map(({ layer }) => layer),
      only,
    );
    const rows: Row[] = [];
    for (const [done, layer] of chosen.entries()) {
      host.progress({ text: `timing ${layer.name}`, done, total: chosen.length });
      rows.push(...(await compared(bench, layer)));
    }
    return { ...report, rows };
  } finally {
    portable.dispose();
    full.dispose();
  }
}

/** Holds the variant against the float64 twins. */
async function checkAll(bench: Bench, users: readonly LayerTask[]): Promise<VariantReport['failed']> {
  const failed: VariantReport['failed'][number][] = [];
  for (const [done, layer] of users.entries()) {
    bench.host.signal.throwIfAborted();
    bench.host.progress({ text: `checking ${layer.name}`, done, total: users.length });
    const launch = await bench.launch(layer);
    try {
      await sample(launch, 1);
      const error = errorOf(layer.case, layer.inputs, await launch.read());
      const { tolerance } = layer.case;
      if (!(error <= tolerance)) failed.push({ case: layer.name, error, tolerance });
    } finally {
      launch.free();
    }
  }
  return failed;
}

/** The named layers, or the cheapest of the compared ones of these operators, or the dearest cases of the tests. */
function toTime({ runner }: Bench, users: readonly LayerTask[], only: readonly string[]): LayerTask[] {
  if (only.length > 0) return layers('all', only).map(layerTask).filter(runner);
  const dearer = (a: Cost, b: Cost) => a.flops - b.flops || a.bytes - b.bytes;
  const alike = layers('quick')
    .filter(({ case: { op } }) => users.some(({ case: c }) => c.op === op))
    .toSorted((a, b) => dearer(a.case, b.case));
  const found: LayerTask[] = [];
  // One by one: what an engine launches is known once the weights are packed, which takes a large layer long.
  for (const layer of alike) {
    if (found.length === TIMED) break;
    const task = layerTask(layer);
    if (runner(task)) found.push(task);
  }
  return found.length > 0 ? found : users.toSorted(dearer).slice(-TIMED);
}

/** Times the variant and each built-in way of a layer in turn, every one checked first. */
async function compared(bench: Bench, layer: LayerTask): Promise<Row[]> {
  const { case: c, inputs } = layer;
  const builtIn = new Map(bench.engines.map((e) => [kernelsOf(dispatchesOf(e, layer)), e]));
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
      rows.push({ ...row(about, samples[i]!), gpuMs: (await launch.gpuMs?.()) ?? null });
    return rows;
  } finally {
    for (const { launch } of entered) launch.free();
  }
}
