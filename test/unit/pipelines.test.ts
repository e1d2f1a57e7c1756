import { expect } from 'chai';
import packKernel from '../../kernels/pack.wgsl';
import { Pipelines } from '../../src/gpu/pipelines.js';
import { type PlanOptions, plan, UNLIMITED } from '../../src/graph/plan.js';
import type { Feature } from '../../src/limits.js';
import { NETS } from '../../src/nets/index.js';

/** What every cold start needs besides a plan's pipelines: pack, unpack, image, quad_check, pack_filter, winograd_filter. */
const BESIDES = 6;

const FEATURES: readonly (readonly Feature[])[] = [[], ['subgroups'], ['subgroups', 'f16']];

describe('pipelines', () => {
  for (const elem of ['f32', 'f16'] as const)
    for (const memory of ['fast', 'low'] as const)
      it(`of FCN-8s in ${elem} with ${memory} memory are at most 15, of which ${BESIDES} carry data or check the device`, () => {
        for (const features of FEATURES) {
          const { pipelines, steps } = plan(
            NETS.fcn8s!(),
            { n: 1, c: 3, h: 500, w: 500 },
            { elem, memory, features: new Set(features) },
          );
          const dispatches = steps.flatMap((s) => s.dispatches);
          const distinct = new Set(
            dispatches.map((d) => JSON.stringify([d.kernel.name, d.elem, d.constants])),
          );
          expect(pipelines).to.equal(distinct.size);
          expect(pipelines + BESIDES, features.join()).to.be.within(BESIDES + 4, 15);
        }
      });

  it('that are wanted at once while they compile are one with what then was compiled', async () => {
    let made = 0;
    const pipeline = () => ({ number: ++made });
    const device = {
      pushErrorScope: () => {},
      popErrorScope: async () => null,
      createShaderModule: () => ({}),
      createBindGroupLayout: () => ({}),
      createPipelineLayout: () => ({}),
      createComputePipeline: pipeline,
      createComputePipelineAsync: async () => pipeline(),
    };
    const pipelines = new Pipelines(device as unknown as GPUDevice);
    const spec = { kernel: packKernel, elem: 'f32', constants: {} } as const;
    const compiling = pipelines.compile(spec);
    expect(pipelines.compile(spec)).to.equal(compiling);
    const found = pipelines.get(spec);
    expect(await compiling).to.equal(found);
    expect(pipelines.get(spec)).to.equal(found);
    expect(await pipelines.compile(spec)).to.equal(found);
    expect(pipelines.size).to.equal(1);
    // Once more than it should be, as `get` cannot wait; never again.
    expect(made).to.equal(2);
  });

  for (const name of [
    'fcn8s',
    'fcn-alexnet',
    'fcn-googlenet',
    'fcn-resnet50',
    'fcn-squeezenet-8s',
    'fcn-small-8s',
  ])
    it(`of ${name} are the same whatever the size, the limits or the cut`, () => {
      const graph = NETS[name]!();
      const names = (size: { n: number; h: number; w: number }, o: PlanOptions = {}) => {
        const inputs = graph.inputs.map((x) => [x.name, { ...size, c: x.channels }] as const);
        const { steps } = plan(graph, Object.fromEntries(inputs), { ...o, features: new Set(['subgroups']) });
        const dispatches = steps.flatMap((s) => s.dispatches);
        return [...new Set(dispatches.map((d) => `${d.kernel.name} ${JSON.stringify(d.constants)}`))].sort();
      };
      const first = names({ n: 1, h: 500, w: 500 });
      expect(names({ n: 1, h: 64, w: 96 })).to.deep.equal(first);
      expect(names({ n: 1, h: 333, w: 501 }, { maxFlops: 1e9 })).to.deep.equal(first);
      expect(names({ n: 2, h: 480, w: 640 }, { limits: UNLIMITED })).to.deep.equal(first);
    });
});
