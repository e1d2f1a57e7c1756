import type { Dispatch, View } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { type Prepared, prepare } from '../gpu/encode.js';
import { bufferBytes } from '../shape.js';
import type { Block } from './block.js';
import type { Plan } from './plan.js';

/** One dispatch of a program, and the layer that it belongs to. */
export interface Launch {
  readonly step: number;
  readonly dispatch: Dispatch<Block>;
  readonly prepared: Prepared;
}

/** Where a block lies. */
interface Place {
  readonly buffer: GPUBuffer;
  /** Its first byte. */
  readonly at: number;
}

/** A plan whose buffers and bind groups exist. Only bindings of the caller's tensors change between runs. */
export class Program {
  readonly plan: Plan;
  readonly #engine: Engine;
  readonly #places = new Map<Block, Place>();
  readonly #owned: GPUBuffer[] = [];
  readonly #fixed = new Map<Dispatch<Block>, Prepared>();
  readonly #all: readonly { step: number; dispatch: Dispatch<Block> }[];

  constructor(engine: Engine, plan: Plan, weights: ReadonlyMap<Block, GPUBuffer>) {
    this.#engine = engine;
    this.plan = plan;
    this.#all = plan.steps.flatMap((s, step) => s.dispatches.map((dispatch) => ({ step, dispatch })));
    try {
      this.#allocate(weights);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #allocate(weights: ReadonlyMap<Block, GPUBuffer>): void {
    const engine = this.#engine;
    for (const [block, buffer] of weights) this.#places.set(block, { buffer, at: 0 });
    for (const slot of this.plan.slots) {
      const buffer = this.#own(engine.buffer(slot.bytes, slot.values.map((v) => v.block.label).join(' ')));
      for (const { block, at } of slot.values) this.#places.set(block, { buffer, at });
    }
    for (const { dispatch } of this.#all)
      for (const { buffer } of Object.values(dispatch.bindings))
        if (buffer.data && !this.#places.has(buffer))
          this.#places.set(buffer, { buffer: this.#own(table(engine, buffer)), at: 0 });

    const fixed = this.#all.map((l) => l.dispatch).filter((d) => !external(d));
    const { prepared, params } = this.#prepare(fixed, new Map());
    if (params) this.#own(params);
    for (const [i, dispatch] of fixed.entries()) this.#fixed.set(dispatch, prepared[i]!);
  }

  /** Bytes of its buffers: maps, scratch, tables and params. */
  get bytes(): number {
    return this.#owned.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Every launch, bound to these inputs and outputs.
   * @returns also a buffer of params to destroy once the launches have been submitted.
   */
  bind(ends: ReadonlyMap<Block, GPUBuffer>): { launches: Launch[]; params: GPUBuffer | null } {
    const open = this.#all.map((l) => l.dispatch).filter((d) => !this.#fixed.has(d));
    const { prepared, params } = this.#prepare(open, ends);
    const bound = new Map(open.map((dispatch, i) => [dispatch, prepared[i]!]));
    const launches = this.#all.map(({ step, dispatch }) => {
      return { step, dispatch, prepared: (this.#fixed.get(dispatch) ?? bound.get(dispatch))! };
    });
    return { launches, params };
  }

  dispose(): void {
    for (const buffer of this.#owned.splice(0)) buffer.destroy();
  }

  #prepare(dispatches: readonly Dispatch<Block>[], ends: ReadonlyMap<Block, GPUBuffer>) {
    const { device, limits, pipelines } = this.#engine;
    const placed = ({ buffer: block, offset, size }: View<Block>): View<GPUBuffer> => {
      const end = ends.get(block);
      const { buffer, at } = end ? { buffer: end, at: 0 } : this.#places.get(block)!;
      return { buffer, offset: at + offset, size };
    };
    const bound = dispatches.map((d): Dispatch<GPUBuffer> => {
      const bindings = Object.entries(d.bindings).map(([name, view]) => [name, placed(view)]);
      return { ...d, bindings: Object.fromEntries(bindings) };
    });
    return prepare(
      device,
      limits,
      bound,
      (d) => pipelines.get(d),
      (buffer) => buffer,
    );
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
  const buffer = engine.device.createBuffer({
    label: block.label,
    size: bufferBytes(block.bytes),
    usage: GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  });
  const data = block.data!;
  new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  buffer.unmap();
  return buffer;
}
