import type { Dispatch } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { type Prepared, prepare } from '../gpu/encode.js';
import type { Block } from './block.js';
import type { Plan } from './plan.js';

/** One dispatch of a program, and the layer that it belongs to. */
export interface Launch {
  readonly step: number;
  readonly dispatch: Dispatch<Block>;
  readonly prepared: Prepared;
}

/** A plan whose buffers and bind groups exist. Only bindings of the caller's tensors change between runs. */
export class Program {
  readonly plan: Plan;
  readonly #engine: Engine;
  readonly #buffers: Map<Block, GPUBuffer>;
  readonly #owned: GPUBuffer[] = [];
  readonly #fixed = new Map<Dispatch<Block>, Prepared>();
  readonly #all: readonly { step: number; dispatch: Dispatch<Block> }[];

  constructor(engine: Engine, plan: Plan, weights: ReadonlyMap<Block, GPUBuffer>) {
    this.#engine = engine;
    this.plan = plan;
    this.#buffers = new Map(weights);
    for (const slot of plan.slots) {
      const buffer = this.#own(engine.buffer(slot.bytes, slot.values.map((v) => v.block.label).join(' ')));
      for (const { block } of slot.values) this.#buffers.set(block, buffer);
    }
    this.#all = plan.steps.flatMap((s, step) => s.dispatches.map((dispatch) => ({ step, dispatch })));
    for (const { dispatch } of this.#all)
      for (const { buffer } of Object.values(dispatch.bindings))
        if (buffer.data && !this.#buffers.has(buffer))
          this.#buffers.set(buffer, this.#own(table(engine, buffer)));

    const fixed = this.#all.map((l) => l.dispatch).filter((d) => !external(d));
    const { prepared, params } = this.#prepare(fixed, (block) => this.#buffers.get(block)!);
    if (params) this.#own(params);
    for (const [i, dispatch] of fixed.entries()) this.#fixed.set(dispatch, prepared[i]!);
  }

  /**
   * Every launch, bound to these inputs and outputs.
   * @returns also a buffer of params to destroy once the launches have been submitted.
   */
  bind(ends: ReadonlyMap<Block, GPUBuffer>): { launches: Launch[]; params: GPUBuffer | null } {
    const open = this.#all.map((l) => l.dispatch).filter((d) => !this.#fixed.has(d));
    const { prepared, params } = this.#prepare(
      open,
      (block) => (ends.get(block) ?? this.#buffers.get(block))!,
    );
    const bound = new Map(open.map((dispatch, i) => [dispatch, prepared[i]!]));
    const launches = this.#all.map(({ step, dispatch }) => {
      return { step, dispatch, prepared: (this.#fixed.get(dispatch) ?? bound.get(dispatch))! };
    });
    return { launches, params };
  }

  dispose(): void {
    for (const buffer of this.#owned.splice(0)) buffer.destroy();
  }

  #prepare(dispatches: readonly Dispatch<Block>[], buffer: (block: Block) => GPUBuffer) {
    const { device, limits, pipelines } = this.#engine;
    return prepare(device, limits, dispatches, (d) => pipelines.get(d), buffer);
  }

  #own(buffer: GPUBuffer): GPUBuffer {
    this.#owned.push(buffer);
    return buffer;
  }
}

/** Whether a dispatch reads or writes a tensor of the caller's. */
const external = (d: Dispatch<Block>): boolean =>
  Object.values(d.bindings).some(({ buffer }) => buffer.role === 'input' || buffer.role === 'output');

function table(engine: Engine, block: Block): GPUBuffer {
  const size = Math.max(block.bytes, 16);
  const buffer = engine.device.createBuffer({
    label: block.label,
    size,
    usage: GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  });
  const data = block.data!;
  new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  buffer.unmap();
  return buffer;
}
