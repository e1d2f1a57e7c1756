import { expect } from 'chai';
import { FormatError, UnsupportedError } from '../../src/errors.js';
import { readNet } from '../../src/weights/caffe/net.js';

const names = (layers: readonly { name: string }[]) => layers.map((layer) => layer.name);

describe('caffe net', () => {
  it('reads V0, V1 and V2 layers alike', () => {
    const conv = 'num_output: 20 bias_term: false';
    const texts = [
      `layers { layer { name: "c" type: "conv" num_output: 20 kernelsize: 5 biasterm: false } bottom: "data" top: "c" }
       layers { layer { name: "p" type: "pool" pool: AVE kernelsize: 2 } bottom: "c" top: "p" }`,
      `layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" convolution_param { ${conv} kernel_size: 5 } }
       layers { name: "p" type: POOLING bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 2 } }`,
      `layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { ${conv} kernel_size: 5 } }
       layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 2 } }`,
    ];
    for (const text of texts) {
      const { inputs, layers } = readNet(`input: "data" input_dim: [1, 3, 28, 29] ${text}`);
      expect(inputs).to.eql([{ name: 'data', dims: [1, 3, 28, 29] }]);
      const [c, p] = layers;
      expect([c!.type, c!.bottoms, c!.tops]).to.eql(['Convolution', ['data'], ['c']]);
      expect([c!.params.size('num_output'), c!.params.size('kernel_size')]).to.eql([20, 5]);
      expect(c!.params.boolean('bias_term')).to.equal(false);
      expect([p!.type, p!.params.word('pool')]).to.eql(['Pooling', 'AVE']);
    }
  });
  it('keeps the layers of the TEST phase', () => {
    const { layers } = readNet(`
      layer { name: "both" type: "ReLU" }
      layer { name: "train" type: "ReLU" include { phase: TRAIN } }
      layer { name: "test" type: "ReLU" include { phase: TRAIN } include { phase: TEST } }
      layer { name: "not test" type: "ReLU" exclude { phase: TEST } }
      layer { name: "not train" type: "ReLU" exclude { phase: TRAIN } }
      layer { name: "stage" type: "ReLU" include { stage: "deploy" } }
      layer { name: "level" type: "ReLU" include { min_level: 1 } }`);
    expect(names(layers)).to.eql(['both', 'test', 'not train']);
  });
  it('leaves out data and losses by name; what a data layer made becomes an input', () => {
    const { inputs, layers, skipped } = readNet(`
      layer { name: "read" type: "Python" top: "data" top: "label" python_param { module: "voc_layers" } }
      layer { name: "score" type: "ReLU" bottom: "data" top: "score" }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
      layer { name: "accuracy" type: "Accuracy" bottom: "score" bottom: "label" top: "accuracy" }`);
    expect(inputs).to.eql([{ name: 'data', dims: null }]);
    expect(names(layers)).to.eql(['score']);
    expect(skipped).to.eql([
      { name: 'read', type: 'Python' },
      { name: 'loss', type: 'SoftmaxWithLoss' },
      { name: 'accuracy', type: 'Accuracy' },
    ]);
  });
  it('reads inputs of every form', () => {
    const { inputs } = readNet(`
      input: "a" input: "b" input_shape { dim: 1 dim: 3 dim: 8 dim: 9 } input_shape { dim: [1, 1, 8, 9] }
      layer { name: "more" type: "Input" top: "c" top: "d" input_param { shape { dim: [1, 2, 4, 4] } } }`);
    expect(inputs.map(({ name, dims }) => `${name} ${dims}`)).to.eql([
      'a 1,3,8,9',
      'b 1,1,8,9',
      'c 1,2,4,4',
      'd 1,2,4,4',
    ]);
  });
  it('names the layer that it cannot do without, and what a layer lacks', () => {
    expect(() =>
      readNet(`layer { name: "py" type: "Python" bottom: "x" top: "y" }
               layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }`),
    ).to.throw(UnsupportedError, "py: layers of type Python do not run, others read its 'y'");
    expect(() => readNet('\nlayer { name: "c" }')).to.throw(
      FormatError,
      "layer 'c' without a type, should have one (at line 2)",
    );
    expect(() => readNet('layer { type: "ReLU" }')).to.throw(FormatError, 'a layer without a name');
    expect(() => readNet('input: "a" input: "b" input_dim: [1, 3, 4, 5]')).to.throw(
      FormatError,
      '2 inputs with 1 shapes',
    );
  });
});
