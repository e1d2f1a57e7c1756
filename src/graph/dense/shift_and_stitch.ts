import type { Compilable, Engine } from '../../engine/engine.js';
import { type Pair, showShape, tensorBytes } from '../../shape.js';
import type { Graph } from '../builder.js';
import type { CompileOptions } from '../net_options.js';
import { type InputShapes, isShape, namedInputs, type PlanOptions, plan } from '../plan.js';
import { upTo } from '../rewrite.js';
import { batchShapes, readLater, type ShiftForm, type Stage, schedule, stageGraphs } from './schedule.js';
import { StitchedNet } from './stitched_net.js';
import { type RarefyOptions, subsampling } from './subsampling.js';

/** All that a run by shifts will do, as data. */
export interface StitchedPlan {
  readonly stages: readonly Stage[];
  /** Runs of a stage in all, each of a batch of shifts. */
  readonly runs: number;
  readonly flops: number;
  /** Kernel launches of the stages' runs; splitting and stitching come on top. */
  readonly dispatches: number;
  readonly bytes: {
    readonly weights: number;
    /** Most that is live at once: weights, the stages' maps, and the whole maps between stages. */
    readonly peak: number;
  };
}

/**
 * Shift-and-stitch (section 3.2 of the paper): the coarse net on every shift of its map or its image, and the
 * outputs interleaved, so that they are `factor` times denser along each axis. What `rarefy` does by one net.
 */
export class ShiftAndStitch implements Compilable<StitchedNet, CompileOptions> {
  /** The coarse net, of layers that `rarefy` takes. */
  readonly graph: Graph;
  /** Which strides the shifts stand for. */
  readonly options: RarefyOptions;
  readonly form: ShiftForm;

  constructor(graph: Graph, options: RarefyOptions, form: ShiftForm) {
    this.graph = upTo(graph, graph.outputs);
    this.options = options;
    this.form = form;
    this.parts();
  }

  /** The graphs that run: the whole net, or its parts between the layers whose stride is removed. */
  parts(): readonly Graph[] {
    const parts = subsampling(this.graph, this.options);
    return this.form === 'images' ? [this.graph] : [...stageGraphs(this.graph, parts).keys()];
  }

  /** Every run for inputs of these sizes. */
  stages(inputs: InputShapes): Stage[] {
    return schedule(this.graph, this.options, this.form, namedInputs(this.graph, inputs, isShape));
  }

  /** A dry run. @throws as `plan`. */
  plan(inputs: InputShapes, o: PlanOptions = {}): StitchedPlan {
    const stages = this.stages(inputs);
    const sum = { runs: 0, flops: 0, dispatches: 0, weights: 0, programs: 0, most: 0 };
    const bytes = new Map(
      stages.flatMap(({ reads, writes }) =>
        Object.entries({ ...reads, ...writes }).map(([name, map]) => [
          name,
          tensorBytes(map, o.elem ?? 'f32'),
        ]),
      ),
    );
    const total = (names: Iterable<string>) => [...names].reduce((all, name) => all + bytes.get(name)!, 0);
    for (const [k, stage] of stages.entries()) {
      const sizes = new Set<string>();
      const live = total(
        new Set([...Object.keys(stage.reads), ...Object.keys(stage.writes), ...readLater(stages, k)]),
      );
      for (const pass of stage.passes) {
        const shapes = batchShapes(stage, pass);
        const made = plan(stage.graph, shapes, o);
        sum.runs++;
        sum.flops += made.flops;
        sum.dispatches += made.dispatches;
        const key = Object.values(shapes).map(showShape).join();
        if (sizes.size === 0) sum.weights += made.bytes.weights;
        if (!sizes.has(key)) sum.programs += made.bytes.maps;
        sizes.add(key);
        sum.most = Math.max(sum.most, live + made.bytes.other);
      }
    }
    const { runs, flops, dispatches, weights } = sum;
    return { stages, runs, flops, dispatches, bytes: { weights, peak: weights + sum.programs + sum.most } };
  }

  /** Puts the coarse net on the engine's device, once for all shifts. */
  compile(engine: Engine, options: CompileOptions): Promise<StitchedNet> {
    return StitchedNet.compile(engine, this, options);
  }
}

/**
 * The coarse net on `factor` x `factor` shifts, as something to compile and run:
 * `engine.compile(shiftAndStitch(coarseScores(graph), 8), { weights })`.
 *
 * @param what what to divide the net's stride by, the whole stride for a dense output; or, as for `rarefy`, the
 * layers whose stride goes.
 * @param form where to shift: see `ShiftForm`.
 * @throws UnsupportedError for layers that `rarefy` does not take either, and with `phases` for a stride that stays
 * behind one that goes; ShapeError for a factor that does not divide the net's stride.
 */
export const shiftAndStitch = (
  graph: Graph,
  what: number | Pair | RarefyOptions,
  form: ShiftForm = 'phases',
): ShiftAndStitch =>
  new ShiftAndStitch(graph, typeof what === 'number' || 'length' in what ? { factor: what } : what, form);
