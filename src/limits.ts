/** What the planner may assume of a device; bytes unless said otherwise. */
export interface Limits {
  /** Largest storage binding. */
  readonly bindingBytes: number;
  /** Largest buffer. */
  readonly bufferBytes: number;
  /** Workgroups along one dimension of a dispatch. */
  readonly workgroups: number;
  /** A storage binding's offset must be a multiple of this. */
  readonly alignment: number;
}

/** The limits that every WebGPU device has (https://www.w3.org/TR/webgpu/#limits). */
export const DEFAULT_LIMITS: Limits = {
  bindingBytes: 128 * 2 ** 20,
  bufferBytes: 256 * 2 ** 20,
  workgroups: 65535,
  alignment: 256,
};

/** Optional abilities of a device that change which kernel runs. */
export type Feature = 'f16' | 'subgroups' | 'timestamps';
