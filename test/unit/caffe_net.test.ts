import { expect } from 'chai';
import { FormatError } from '../../src/errors.js';
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
  it('keeps the layers that the state of the net has', () => {
    const text = `
      layer { name: "both" type: "ReLU" }
      layer { name: "train" type: "ReLU" include { phase: TRAIN } }
      layer { name: "test" type: "ReLU" include { phase: TRAIN } include { phase: TEST } }
      layer { name: "not test" type: "ReLU" exclude { phase: TEST } }
      layer { name: "not train" type: "ReLU" exclude { phase: TRAIN } }
      layer { name: "stage" type: "ReLU" include { stage: "deploy" } }
      layer { name: "not stage" type: "ReLU" include { not_stage: "deploy" } }
      layer { name: "level" type: "ReLU" include { min_level: 1 } }
      layer { name: "low" type: "ReLU" include { max_level: 0 phase: TEST } }`;
    expect(names(readNet(text).layers)).to.eql(['both', 'test', 'not train', 'not stage', 'low']);
    expect(names(readNet(text, { phase: 'TRAIN' }).layers)).to.eql([
      'both',
      'train',
      'test',
      'not test',
      'not stage',
    ]);
    expect(names(readNet(text, { stages: ['deploy'], level: 1 }).layers)).to.eql([
      'both',
      'test',
      'not train',
      'stage',
      'level',
    ]);
  });
  it('makes inputs of what data layers make, with the sizes that they give', () => {
    const { inputs, data, layers } = readNet(`
      layer { name: "fcn" type: "Python" top: "color" top: "depth" top: "label"
              python_param { module: "nyud_layers" layer: "NYUDSegDataLayer" param_str: "{'nyud_dir': '../x'}" } }
      layer { name: "own" type: "Python" top: "y" python_param { module: "m" layer: "L" } }
      layer { name: "lmdb" type: "Data" top: "a" top: "b" data_param { source: "s" batch_size: 8 }
              transform_param { crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 } }
      layer { name: "list" type: "ImageData" top: "c" image_data_param { source: "s" batch_size: 2 is_color: false new_height: 5 new_width: 6 } }
      layer { name: "memory" type: "MemoryData" top: "d" top: "e" memory_data_param { batch_size: 1 channels: 2 height: 3 width: 4 } }
      layer { name: "dummy" type: "DummyData" top: "f" top: "g" dummy_data_param { num: 1 channels: 2 channels: 5 height: 3 width: 4 } }
      layer { name: "hdf5" type: "HDF5Data" top: "h" }
      layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }`);
    expect(inputs.map(({ name, dims }) => `${name} ${dims && JSON.stringify(dims)}`)).to.eql([
      'color [1,3,null,null]',
      'depth [1,1,null,null]',
      'label null',
      'y null',
      'a [8,3,227,227]',
      'b [8]',
      'c [2,1,5,6]',
      'd [1,2,3,4]',
      'e [1]',
      'f [1,2,3,4]',
      'g [1,5,3,4]',
      'h null',
    ]);
    expect(names(data)).to.eql(['fcn', 'own', 'lmdb', 'list', 'memory', 'dummy', 'hdf5']);
    expect(names(layers)).to.eql(['relu']);
  });
  it("reads the solver's factors of V1 and V2 layers", () => {
    const rates = (text: string) => readNet(text).layers[0]!.rates;
    expect(
      rates(
        `layer { name: "x" type: "Convolution" param { lr_mult: 0.5 decay_mult: 1 } param { lr_mult: 2 } }`,
      ),
    ).to.eql([
      { lr: 0.5, decay: 1 },
      { lr: 2, decay: 1 },
    ]);
    expect(
      rates('layers { name: "x" type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0 }'),
    ).to.eql([
      { lr: 1, decay: 1 },
      { lr: 2, decay: 0 },
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
  it('says what a layer lacks', () => {
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
