import type { Dispatch, View } from '../dispatch.js';
import { LimitError, ShapeError } from '../errors.js';
import { pipelineSpecs } from '../gpu/pipelines.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { type Choosing, choosing } from '../lower/choosing.js';
import { checkBuffer, type Lowering, type Operand, whole } from '../lower/lowering.js';
import { bufferBytes, type Shape, tensorBytes } from '../shape.js';
import { type Block, type LayerWeights, layoutWeights } from './block.js';
import type { Graph } from './builder.js';
import { type FusedGraph, fuse, inferShapes, type Layer } from './fuse.js';
import { KINDS } from './kinds.js';
import { assignSlots, meetings, type Slot } from './memory.js';
import type { Kind } from './node.js';
import { bytesOf, type Placed, type PlanBytes } from './plan_bytes.js';

/** The device to plan for; WebGPU's default limits and no optional feature without. */
export interface PlanOptions extends Partial<Choosing> {
  readonly limits?: Limits;
  /** A dispatch of more FLOPs is split by rows. */
  readonly maxFlops?: number;
}

/** One layer of a plan. */
export interface Step {
  readonly layer: string;
  readonly kind: string;
  /** The layer whose map it makes: another one where layers are merged. */
  readonly map: string;
  /** Size of that map. */
  readonly shape: Shape;
  /** FLOPs of the layer's definition, whatever algorithm runs. */
  readonly flops: number;
  readonly dispatches: readonly Dispatch<Block>[];
}

/** All that a run will do, as data: nothing is allocated. */
export interface Plan {
  /** In the order in which they run. */
  readonly steps: readonly Step[];
  readonly inputs: ReadonlyMap<string, Operand<Block>>;
  readonly outputs: ReadonlyMap<string, Operand<Block>>;
  /** Buffers of the plan, each with the maps that it holds one after another. */
  readonly slots: readonly Slot<Placed>[];
  /** Kernel launches in all. */
  readonly dispatches: number;
  /** Pipelines that they need, and that compile before the first run: the same for every size. */
  readonly pipelines: number;
  readonly flops: number;
  readonly bytes: PlanBytes;
}

/** The size of a graph's only input, or of each by name. */
export type InputShapes = Shape | Readonly<Record<string, Shape>>;

export const isShape = (value: unknown): value is Shape => typeof (value as Shape).n === 'number';

/** What is given for each input by name; one value stands for the graph's only input. */
export function namedInputs<T>(
  graph: Graph,
  given: T | Readonly<Record<string, T>>,
  isOne: (value: unknown) => value is T,
): Record<string, T> {
  if (!isOne(given)) return { ...given };
  const [first, second] = graph.inputs;
  if (!first || second)
    throw new ShapeError(`${graph.name}: has ${graph.inputs.length} inputs, each should be given by name`);
  return { [first.name]: given };
}

/**
 * A dry run: what `run` would do for inputs of these sizes.
 * @throws ShapeError that names the layer; LimitError where something cannot be split.
 */
export function plan(graph: Graph, inputs: InputShapes, o: PlanOptions = {}): Plan {
  const limits = o.limits ?? DEFAULT_LIMITS;
  const fused = fuse(graph, o);
  const weights = layoutWeights(fused.layers, { ...o, limits, elem: o.elem ?? 'f32' });
  return planFused(graph, fused, weights, namedInputs(graph, inputs, isShape), o);
}

/** A plan over weights that are laid out already, so that plans of several sizes share them. */
export function planFused(
  graph: Graph,
  fused: FusedGraph,
  weights: ReadonlyMap<Layer, LayerWeights>,
  inputSizes: Readonly<Record<string, Shape>>,
  o: PlanOptions,
): Plan {
  const { limits = DEFAULT_LIMITS } = o;
  const where = choosing(o);
  const { elem } = where;
  const shapes = inferShapes(graph, inputSizes);
  const outputs = new Map<string, Operand<Block>>();
  const inputs = new Map<string, Operand<Block>>();
  const made = new Map<Layer, Operand<Block>>();
  const uses = new Map<Block, { first: number; last: number }>();
  const constants: Block[] = [];
  const steps: Step[] = [];

  const isOutput = new Set(fused.outputs.values());
  for (const [index, layer] of fused.layers.entries()) {
    const shape = shapes.get(layer.node)!;
    const rule = KINDS[layer.kind] as Kind<unknown>;
    const type = rule.elem ?? elem;
    checkBuffer(layer.name, shape, type, limits);
    const role = layer.kind === 'input' ? 'input' : isOutput.has(layer) ? 'output' : 'map';
    const block: Block = { label: layer.name, bytes: tensorBytes(shape, type), role };
    const y = { buffer: block, shape, elem: type };
    made.set(layer, y);
    if (layer.kind === 'input') {
      inputs.set(layer.name, y);
      continue;
    }
    const ctx: Lowering<Block> = {
      ...where,
      op: layer.name,
      limits,
      maxFlops: o.maxFlops ?? Number.POSITIVE_INFINITY,
      scratch: (bytes) => {
        const scratch: Block = { label: `${layer.name} scratch`, bytes, role: 'scratch' };
        uses.set(scratch, { first: index, last: index });
        return scratch;
      },
      constant: (data): View<Block> => {
        const constant: Block = {
          label: `${layer.name} table`,
          bytes: data.byteLength,
          role: 'constant',
          data,
        };
        constants.push(constant);
        return whole(constant, data.byteLength);
      },
    };
    const sources = layer.inputs.map((x) => made.get(x)!);
    const dispatches = rule.lower(ctx, { inputs: sources, y, ...weights.get(layer)! }, layer.attrs);
    for (const { buffer } of [...sources, y]) {
      if (buffer.role === 'map') uses.set(buffer, { first: uses.get(buffer)?.first ?? index, last: index });
    }
    const flops =
      rule.flops?.(
        shape,
        sources.map((s) => s.shape),
        layer.attrs,
      ) ?? 0;
    steps.push({ layer: layer.name, kind: layer.kind, map: layer.node.name, shape, flops, dispatches });
  }
  for (const [name, layer] of fused.outputs) outputs.set(name, made.get(layer)!);

  const placed = [...uses].map(
    ([block, life]): Placed => ({ block, bytes: bufferBytes(block.bytes), ...life }),
  );
  const dispatches = steps.flatMap((s) => s.dispatches);
  const packing = () => {
    const meet = meetings(dispatches);
    return { meet: (a: Placed, b: Placed) => meet(a.block, b.block), alignment: limits.alignment };
  };
  const slots = assignSlots(placed, o.memory === 'low' ? packing() : undefined);
  return {
    steps,
    inputs,
    outputs,
    slots,
    dispatches: dispatches.length,
    pipelines: pipelineSpecs(dispatches).length,
    flops: steps.reduce((sum, s) => sum + s.flops, 0),
    bytes: bytesOf({ dispatches, weights, slots, inputs, outputs, constants }),
  };
}

/** Of a device where nothing is split for space. */
export const UNLIMITED: Limits = { ...DEFAULT_LIMITS, bindingBytes: 2 ** 52, bufferBytes: 2 ** 52 };

/** What a host should ask its device for, so that nothing of this graph has to be split for space. */
export function requiredLimits(
  graph: Graph,
  inputs: InputShapes,
  o: Omit<PlanOptions, 'limits'> = {},
): { maxStorageBufferBindingSize: number; maxBufferSize: number } {
  const { largestBinding, largestBuffer } = plan(graph, inputs, { ...o, limits: UNLIMITED }).bytes;
  return {
    maxStorageBufferBindingSize: Math.max(largestBinding, DEFAULT_LIMITS.bindingBytes),
    maxBufferSize: Math.max(largestBuffer, DEFAULT_LIMITS.bufferBytes),
  };
}

/** @throws LimitError where a plan takes more than `maxBytes`, beside so many bytes of other sizes that are held. */
export function checkMemory({ bytes }: Plan, maxBytes: number, held = 0): void {
  const beside = held > 0 ? ` beside ${held} that other runs and recordings hold` : '';
  if (bytes.peak + held > maxBytes)
    throw new LimitError(
      `the plan takes ${bytes.peak} bytes (weights ${bytes.weights}, maps ${bytes.maps})${beside}, allowed are ${maxBytes}`,
      bytes.peak + held,
      maxBytes,
      held > 0
        ? 'release recordings that were submitted, or raise maxBytes'
        : "compile with memory: 'low', raise maxBytes, or run a smaller image",
    );
}
