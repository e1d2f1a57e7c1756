import { expect } from 'chai';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Unsupported } from '../../bench/contender.js';
import { onnxModel } from '../../bench/onnx_layer.js';
import { type OnnxModel, writeOnnx } from '../../bench/onnx_model.js';
import { compare, row } from '../../bench/report.js';
import { channelsLast, planar } from '../../bench/tfjs_maps.js';
import { cases } from '../cases/index.js';
import { comparedLayers } from '../cases/layers.js';
import { trainingCases } from '../cases/training.js';
import { relativeError } from '../gpu/compare.js';
import { errorOf, sampledChannels } from '../gpu/error_of.js';
import { inputsOf } from '../inputs.js';
import { random } from '../random.js';

/** Two implementations in different orders of summation; onnxruntime has the weights of a resize in float32. */
const tolerance = (op: string): number => (op === 'resize' ? 1e-5 : 2e-6);

describe('bench: layers as ONNX models, and their float64 twins', () => {
  for (const c of [...cases, ...trainingCases]) {
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
      const { y } = await session.run({ x: new Tensor('float32', inputs[layer.input ?? 'x']!, model.x) });
      expect(y!.dims).to.deep.equal(model.y);
      expect(relativeError(y!.data as Float32Array, c.reference(inputs)[0]!)).to.be.at.most(tolerance(c.op));
      await session.release();
    });
  }
});

describe('bench: the check of a large convolution', () => {
  it('looks at every lane of a vec4 and every vec4 of a tile of 16 channels, up to the last tile', () => {
    for (const out of [16, 21, 64, 96, 112, 128, 192, 208, 320, 512, 1000, 4096]) {
      const channels = sampledChannels(out);
      expect(new Set(channels), `${out}`).to.have.length(8);
      expect(new Set(channels.map((k) => k % 4)), `lanes of ${out}`).to.have.length(4);
      expect(new Set(channels.map((k) => (k >> 2) % 4)), `vec4s of ${out}`).to.have.length(4);
      expect(Math.max(...channels), `${out}`).to.be.within(out - (out % 16 || 16), out - 1);
    }
    for (const k of sampledChannels(3)) expect(k).to.be.within(0, 2);
  });

  it('finds an error in any one lane', () => {
    const c = comparedLayers.conv1_1;
    const inputs = inputsOf(c);
    const zeros = new Float32Array(64 * 224 * 224);
    expect(errorOf(c, inputs, [zeros])).to.be.finite;
    const wrong = zeros.map((_, i) => (Math.floor(i / 224 ** 2) % 4 === 3 ? Number.NaN : 0));
    expect(errorOf(c, inputs, [wrong])).to.equal(Number.POSITIVE_INFINITY);
  });
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
