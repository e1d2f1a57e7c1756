import type { Dispatch } from '../dispatch.js';
import { LimitError } from '../errors.js';
import type { Kernel } from '../kernel.js';
import type { Limits } from '../limits.js';
import { alignUp } from '../shape.js';
import type { Pipeline } from './pipelines.js';

/** A dispatch whose GPU objects exist. */
export interface Prepared {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly grid: readonly [x: number, y: number];
}

/** Uniform buffer offsets are multiples of this on every device. */
const PARAMS_ALIGNMENT = 256;

const paramsStride = (kernel: Kernel): number => alignUp(kernel.paramsBytes, PARAMS_ALIGNMENT);

/** Bytes of the params of all dispatches. */
export const paramsBytes = (dispatches: readonly Dispatch<unknown>[]): number =>
  dispatches.reduce((sum, { kernel }) => sum + paramsStride(kernel), 0);

/** Writes a params struct by its reflected fields. Every field must have a value. */
export function writeParams(
  view: DataView,
  at: number,
  kernel: Kernel,
  values: Dispatch<unknown>['params'],
): void {
  for (const { name, type, offset } of kernel.params) {
    const value = values[name];
    if (value === undefined) throw new Error(`${kernel.name}: no value for params.${name}`);
    if (type === 'f32') view.setFloat32(at + offset, value, true);
    else if (type === 'i32') view.setInt32(at + offset, value, true);
    else view.setUint32(at + offset, value, true);
  }
}

/** Workgroups for so many invocations: a row, or rows of equal length where one would be too long. */
export function grid(
  { kernel, constants, invocations }: Pick<Dispatch<unknown>, 'kernel' | 'constants' | 'invocations'>,
  limits: Limits,
): readonly [number, number] {
  const size = constants.WORKGROUP ?? kernel.workgroup.reduce((a, b) => a * b);
  const groups = Math.ceil(invocations / size);
  const rows = Math.ceil(groups / limits.workgroups);
  if (rows > limits.workgroups || groups * size > 2 ** 32)
    throw new LimitError(
      `${kernel.name}: ${groups} workgroups in one dispatch, a grid holds ${limits.workgroups} x ${limits.workgroups}`,
      groups,
      limits.workgroups ** 2,
      'run a smaller image or batch',
    );
  return [Math.ceil(groups / rows), rows];
}

/**
 * Makes bind groups and a buffer with all params. The buffer lives as long as the groups.
 * @param resource what a view's buffer stands for.
 */
export function prepare<B>(
  device: GPUDevice,
  limits: Limits,
  dispatches: readonly Dispatch<B>[],
  pipeline: (d: Dispatch<B>) => Pipeline,
  resource: (buffer: B) => GPUBuffer | GPUTextureView,
): { prepared: Prepared[]; params: GPUBuffer | null } {
  const size = paramsBytes(dispatches);
  const params =
    size === 0
      ? null
      : device.createBuffer({
          label: 'params',
          size,
          usage: 0x40 /* GPUBufferUsage.UNIFORM */,
          mappedAtCreation: true,
        });
  try {
    const view = params ? new DataView(params.getMappedRange()) : null;
    let at = 0;
    const prepared = dispatches.map((d): Prepared => {
      const { pipeline: compiled, layout } = pipeline(d);
      const entries = d.kernel.bindings.map((b): GPUBindGroupEntry => {
        if (b.name === 'params') {
          writeParams(view!, at, d.kernel, d.params);
          return {
            binding: b.binding,
            resource: { buffer: params!, offset: at, size: d.kernel.paramsBytes },
          };
        }
        const bound = d.bindings[b.name];
        if (!bound) throw new Error(`${d.kernel.name}: nothing bound to ${b.name}`);
        const target = resource(bound.buffer);
        return {
          binding: b.binding,
          resource:
            'mapState' in target ? { buffer: target, offset: bound.offset, size: bound.size } : target,
        };
      });
      at += paramsStride(d.kernel);
      return {
        pipeline: compiled,
        group: device.createBindGroup({ label: d.kernel.name, layout, entries }),
        grid: grid(d, limits),
      };
    });
    params?.unmap();
    return { prepared, params };
  } catch (error) {
    params?.destroy();
    throw error;
  }
}

/** Records dispatches into a compute pass of the caller's. */
export function encode(pass: GPUComputePassEncoder, prepared: readonly Prepared[]): void {
  for (const p of prepared) {
    pass.setPipeline(p.pipeline);
    pass.setBindGroup(0, p.group);
    pass.dispatchWorkgroups(p.grid[0], p.grid[1]);
  }
}
