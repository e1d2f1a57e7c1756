import { createEngine, type Engine, type EngineOptions } from '../../src/engine/engine.js';
import { openDevice } from '../../src/gpu/device.js';

let opened: Promise<GPUDevice> | undefined;

function sharedDevice(): Promise<GPUDevice> {
  opened ??= openDevice(navigator.gpu).then((device) => {
    void device.lost.then(() => {
      opened = undefined;
    });
    return device;
  });
  return opened;
}

/** An engine on the device that suites share: what one of them compiled is ready for the others. */
export async function openEngine(options: Omit<EngineOptions, 'device'> = {}): Promise<Engine> {
  return createEngine({ ...options, device: await sharedDevice() });
}
