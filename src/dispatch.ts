import type { Kernel } from './kernel.js';

/** Storage type of tensor elements; sums are always kept in f32. */
export type Elem = 'f32' | 'f16';

/** Storage type of a map: `u32` for labels and for the winners of a pool. */
export type ElemType = Elem | 'u32';

/** A byte range of a buffer. `B` is a GPUBuffer in the eager API and a symbolic id in a plan. */
export interface View<B> {
  readonly buffer: B;
  /** Bytes, a multiple of the device's storage offset alignment. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** What decides on a pipeline: no shape, so one serves every size. */
export interface PipelineSpec {
  readonly kernel: Kernel;
  /** What `Elem` stands for in the kernel. */
  readonly elem: ElemType;
  /** Values of the kernel's `override` declarations; booleans as 0 and 1. */
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * One kernel launch as plain data: ops and schedules produce these records, `gpu/encode` turns them
 * into commands.
 */
export interface Dispatch<B> extends PipelineSpec {
  /** What the layer would launch for a map of another size: a net compiles it too, so that no size waits for a compiler. */
  readonly twin?: PipelineSpec;
  /** Values of the kernel's params struct, by field name. */
  readonly params: Readonly<Record<string, number>>;
  /** A view for each binding but the params, by the name it has in the shader. */
  readonly bindings: Readonly<Record<string, View<B>>>;
  /** Number of invocations wanted; the encoder folds them into a grid below the device's limit. */
  readonly invocations: number;
  readonly flops: number;
  /** Bytes that must move at least once: operands read plus outputs written. */
  readonly bytes: number;
}
