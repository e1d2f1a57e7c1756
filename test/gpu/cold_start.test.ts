import { expect } from 'chai';
import { createEngine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { openDevice } from '../../src/gpu/device.js';
import type { Net } from '../../src/graph/net.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { image } from './small_net.js';

/** Notes every pipeline that a device compiles, as its source and constants, from now on. */
function compilations(device: GPUDevice): string[] {
  const made: string[] = [];
  const sources = new Map<GPUShaderModule, string>();
  const { createShaderModule, createComputePipeline, createComputePipelineAsync } = device;
  const note = ({ compute: { module, constants } }: GPUComputePipelineDescriptor) =>
    made.push(`${sources.get(module)} ${JSON.stringify(constants)}`);
  device.createShaderModule = (descriptor) => {
    const module = createShaderModule.call(device, descriptor);
    sources.set(module, descriptor.code);
    return module;
  };
  device.createComputePipeline = (descriptor) => {
    note(descriptor);
    return createComputePipeline.call(device, descriptor);
  };
  device.createComputePipelineAsync = (descriptor) => {
    note(descriptor);
    return createComputePipelineAsync.call(device, descriptor);
  };
  return made;
}

describe('a cold start', () => {
  it('of FCN-8s compiles at most 15 pipelines, each once, and nothing again for another run, net, size or engine', async () => {
    const device = await openDevice(navigator.gpu);
    const made = compilations(device);
    const engine = await createEngine({ device });
    const graph = fcn8s({ width: 1 / 8 });
    const weights = seededWeights(graph, 1);
    const run = async (net: Net, h: number, w: number, on = engine) => {
      const { outputs } = await net.run(image(h, w));
      await download(on, outputs.score as Tensor);
      outputs.score!.buffer.destroy();
    };
    const net = await engine.compile(graph, { weights });
    await run(net, 32, 48);
    const cold = [...made];
    expect(cold.length).to.be.within(8, 15);
    expect(new Set(cold).size).to.equal(cold.length);
    await run(net, 32, 48);
    await run(net, 51, 37);
    const other = await engine.compile(graph, { weights });
    await Promise.all([run(other, 64, 32), run(net, 40, 40)]);
    engine.dispose();
    const next = await createEngine({ device });
    await run(await next.compile(graph, { weights }), 48, 32, next);
    expect(made).to.deep.equal(cold);
    next.dispose();
    device.destroy();
  });
});
