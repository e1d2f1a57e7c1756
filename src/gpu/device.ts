import { LimitError } from '../errors.js';
import type { Feature, Limits } from '../limits.js';

/** What the adapter says of itself, with blanks where the implementation keeps silent. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A software adapter: it computes on the CPU. */
  readonly software: boolean;
}

export function adapterInfo(info: Partial<GPUAdapterInfo> | undefined): AdapterInfo {
  const text = `${info?.vendor} ${info?.architecture} ${info?.device} ${info?.description}`;
  return {
    vendor: info?.vendor ?? '',
    architecture: info?.architecture ?? '',
    device: info?.device ?? '',
    description: info?.description ?? '',
    // wgpu's and older Chrome's info lack isFallbackAdapter.
    software:
      info?.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(text),
  };
}

/** The best name that the adapter gives. */
export const adapterTitle = (info: AdapterInfo): string =>
  info.description ||
  [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') ||
  'unnamed adapter';

/** One line for reports: the adapter, and plainly whether it is a software one. */
export const adapterName = (info: AdapterInfo): string =>
  `${adapterTitle(info)}${info.software ? ' (software adapter: no GPU is used)' : ''}`;

const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query'];

/** What large maps, and kernels of many invocations or much workgroup memory, need more of than every device has. */
const RAISED_LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
] as const;

/** Which limits to ask a device for: the adapter's own, or those that every WebGPU device has. */
export type LimitsWanted = 'adapter' | 'default';

/** Opens a device with every optional feature of the adapter that the engine can use. */
export async function openDevice(gpu: GPU, limits: LimitsWanted = 'adapter'): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new LimitError(
      'WebGPU offers no adapter',
      1,
      0,
      'run `npx rarefy doctor`, or enable hardware acceleration in the browser',
    );
  return adapter.requestDevice({
    label: 'rarefy',
    requiredFeatures: OPTIONAL_FEATURES.filter((f) => adapter.features.has(f)),
    requiredLimits:
      limits === 'adapter' ? Object.fromEntries(RAISED_LIMITS.map((l) => [l, adapter.limits[l]])) : {},
  });
}

export const deviceFeatures = (device: GPUDevice): Set<Feature> => {
  const names: readonly [GPUFeatureName, Feature][] = [
    ['shader-f16', 'f16'],
    ['subgroups', 'subgroups'],
    ['timestamp-query', 'timestamps'],
  ];
  return new Set(names.filter(([name]) => device.features.has(name)).map(([, feature]) => feature));
};

/** What the planner may use of the device; `maxBindingBytes` lowers it further. */
export const deviceLimits = (device: GPUDevice, maxBindingBytes = Number.POSITIVE_INFINITY): Limits => ({
  bindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, maxBindingBytes),
  bufferBytes: device.limits.maxBufferSize,
  workgroups: device.limits.maxComputeWorkgroupsPerDimension,
  alignment: device.limits.minStorageBufferOffsetAlignment,
});
