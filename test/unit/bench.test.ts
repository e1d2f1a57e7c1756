import { expect } from 'chai';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Unsupported } from '../../bench/contender.js';
import { onnxModel } from '../../bench/onnx_layer.js';
import { type OnnxModel, writeOnnx } from '../../bench/onnx_model.js';
import { compare, row } from '../../bench/report.js';
import { channelsLast, planar } from '../../bench/tfjs_layer.js';
import { cases } from '../cases/index.js';
import { relativeError } from '../gpu/compare.js';
import { inputsOf } from '../inputs.js';
import { random } from '../random.js';

/** Two implementations in different orders of summation; onnxruntime has the weights of a resize in float32. */
const tolerance = (op: string): number => (op === 'resize' ? 1e-5 : 2e-6);

describe('bench: layers as ONNX models, and their float64 twins', () => {
  for (const c of cases) {
    const { layer } = c;
    if (!layer || (layer.op === 'max_pool' && layer.options.clip)) continue;
    it(`onnxruntime's CPU agrees with ${c.name}`, async function () {
      const inputs = inputsOf(c);
      let model: OnnxModel;
      try {
        model = onnxModel(layer, inputs);
      } catch (error) {
        expect(error).to.be.instanceOf(Unsupported);
        return this.skip();
      }
      const session = await InferenceSession.create(writeOnnx(model), { logSeverityLevel: 3 });
      const { y } = await session.run({ x: new Tensor('float32', inputs.x!, model.x) });
      expect(y!.dims).to.deep.equal(model.y);
      expect(relativeError(y!.data as Float32Array, c.reference(inputs)[0]!)).to.be.at.most(tolerance(c.op));
      await session.release();
    });
  }
});

describe('bench: report', () => {
  const timed = (engine: 'rarefy' | 'ort-webgpu' | 'tfjs-webgpu', ms: number, flops: number) =>
    row({ case: 'c', engine, variant: '', maxError: 0, flops, bytes: 1000 }, [3 * ms, ms, ms / 2]);

  it('a large case has to beat the faster peer', () => {
    const against = (ms: number) =>
      compare([
        timed('rarefy', 10, 20e6),
        timed('ort-webgpu', 100, 20e6),
        timed('tfjs-webgpu', ms, 20e6),
      ])[0]!;
    expect(against(10)).to.include({ large: true, ratio: 1, met: false });
    expect(against(11)).to.include({ ratio: 1.1, met: true });
  });

  it('a small case may take 1.5 times as long, and one without peers is left out', () => {
    const against = (ms: number) => compare([timed('rarefy', 15, 1e6), timed('ort-webgpu', ms, 1e6)])[0]!;
    expect(against(10)).to.include({ large: false, met: true });
    expect(against(9)).to.include({ met: false });
    expect(compare([timed('rarefy', 15, 1e6)])).to.deep.equal([]);
  });

  it('a row has the median, the extremes and the rates', () => {
    expect(timed('rarefy', 10, 20e6)).to.include({
      medianMs: 10,
      minMs: 5,
      maxMs: 30,
      gflops: 2,
      gbps: 1e-4,
    });
  });

  it('channels-last maps come back planar', () => {
    const shape = { n: 2, c: 3, h: 4, w: 5 };
    const data = random(120, 1);
    expect(channelsLast(data, shape)[7 * 3 + 2]).to.equal(data[2 * 20 + 7]);
    expect(planar(channelsLast(data, shape), shape)).to.deep.equal(data);
  });
});
