import { createEngine } from '../src/engine/engine.js';
import type { AdapterInfo } from '../src/gpu/device.js';
import type { Host } from '../src/page/host.js';
import type { Progress } from '../src/page/protocol.js';
import { measureCeilings } from './ceilings/ceilings.js';
import type { Contender, EngineName, PeerFolders } from './contender.js';
import { measure, type Result, reasonOf } from './measure.js';
import { openOnnxruntime, openOnnxruntimeWasm } from './onnxruntime.js';
import { rarefy } from './rarefy.js';
import type { About, Absent, Measured, Skipped } from './report.js';
import { openTfjs } from './tfjs.js';
import { workloads } from './workloads/index.js';
import type { Workload } from './workloads/workload.js';

export interface BenchOptions {
  /** Names of workloads, in their order. */
  readonly names: readonly string[];
  /** Those of them that were asked for by name: they run also where they would be left out. */
  readonly asked: readonly string[];
  /** Where the other engines lie, relative to the command's server, to measure them as well; null leaves them out. */
  readonly peers: PeerFolders | null;
  /** Milliseconds after which no further workload begins. */
  readonly budgetMs: number;
}

/** A workload that is done, or failed; it travels as an event, so that what was measured is safe before the job ends. */
export interface Finished extends Result {
  readonly finished: string;
  readonly about: About;
  /** Why it has no rows. */
  readonly failed?: string;
}

/** What a run knows at its end beside its workloads. */
export type Ended = About & Pick<Measured, 'absent' | 'skipped'>;

const PEERS: readonly (readonly [EngineName, (folders: PeerFolders) => Promise<Contender>])[] = [
  ['ort-webgpu', openOnnxruntime],
  ['tfjs-webgpu', openTfjs],
  ['ort-wasm-1', (folders) => openOnnxruntimeWasm(folders, 1)],
  ['ort-wasm-2', (folders) => openOnnxruntimeWasm(folders, 2)],
];

/** Every peer that loads in this runtime, and why the others do not. */
async function openPeers(
  url: string,
  folders: PeerFolders,
): Promise<{ others: Contender[]; absent: Absent[] }> {
  const places = Object.fromEntries(
    Object.entries(folders).map(([name, folder]) => [name, new URL(folder, url).href]),
  ) as PeerFolders;
  const others: Contender[] = [];
  const absent: Absent[] = [];
  for (const [engine, open] of PEERS) {
    try {
      others.push(await open(places));
    } catch (error) {
      absent.push({ engine, reason: reasonOf(error) });
    }
  }
  return { others, absent };
}

/** Why a workload does not run here, if it does not. */
function leftOut({ name, hardwareOnly }: Workload, o: BenchOptions, software: boolean): string | null {
  return hardwareOnly && software && !o.asked.includes(name) ? 'on hardware adapters only' : null;
}

/** The adapter that workloads would run on. */
export async function adapter({ gpu }: Host): Promise<AdapterInfo> {
  const engine = await createEngine({ gpu });
  engine.dispose();
  return engine.adapter;
}

/** Whether it runs in f16 too: nets, and the operators of theirs that other engines have as well; training is in f32. */
function runsInHalf({ work }: Workload): boolean {
  if (work.kind !== 'layer') return work.kind === 'net';
  const { layer } = work.case;
  return layer !== undefined && !layer.input && !/gradient|batch_norm/.test(layer.op);
}

export async function bench(host: Host<Progress | Finished>, o: BenchOptions): Promise<Ended> {
  const deadline = performance.now() + o.budgetMs;
  const engine = await createEngine({ gpu: host.gpu });
  const { software } = engine.adapter;
  const wanted = new Set(o.names);
  const chosen = workloads('all').filter(({ name }) => wanted.has(name));
  host.progress({ text: 'measuring the ceilings of the adapter' });
  const about: About = { adapter: engine.adapter, ceilings: await measureCeilings(engine) };
  const { others, absent } = o.peers ? await openPeers(host.url, o.peers) : { others: [], absent: [] };
  const ours = rarefy(engine, host.gpu);
  const half = engine.features.has('f16') ? [rarefy(engine, host.gpu, 'f16')] : [];
  const skipped: Skipped[] = [];
  try {
    for (const [done, workload] of chosen.entries()) {
      const { name, peers } = workload;
      host.signal.throwIfAborted();
      const reason =
        leftOut(workload, o, software) ?? (performance.now() > deadline ? 'the budget was spent' : null);
      if (reason) {
        skipped.push({ case: name, reason });
        continue;
      }
      const rivals = [
        ...(runsInHalf(workload) ? half : []),
        ...(peers === 'everywhere' || (peers === 'hardware' && !software) ? others : []),
      ];
      const stop = { signal: host.signal, deadline };
      const progress = (text: string) => host.progress({ text, done, total: chosen.length });
      try {
        engine.check(); // after a loss of the device every workload fails, at once
        const result = await measure(engine, ours, rivals, workload, stop, progress);
        host.progress({ finished: name, about, ...result });
      } catch (error) {
        host.signal.throwIfAborted();
        const failed = reasonOf(error, name);
        host.progress({ finished: name, about, rows: [], unsupported: [], cut: false, failed });
      }
    }
    return { ...about, absent, skipped };
  } finally {
    engine.dispose();
  }
}
