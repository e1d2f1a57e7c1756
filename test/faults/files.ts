// Whole files of every format: small, and with all that a format can say.
import { encode as encodeJpeg } from 'jpeg-js';
import { Graph } from '../../src/graph/builder.js';
import { graphToJson } from '../../src/graph/serialise.js';
import { vocPalette } from '../../src/image/palette.js';
import { encodeLabels, encodePng } from '../../src/image/png.js';
import { NETS } from '../../src/nets/index.js';
import { writeModel } from '../../src/weights/model.js';
import { exportOnnx } from '../../src/weights/onnx/export.js';
import { writeSafetensors } from '../../src/weights/safetensors_write.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { forms, writeCaffemodel } from '../caffemodel.js';
import { testData } from '../data.js';
import { EXPORTED_KINDS, layerGraphs } from '../export_layers.js';
import * as mat5 from '../mat5.js';
import { random } from '../random.js';

export const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

const MODELS = [
  'maxpool_2x2_s2_indices_8_14x18',
  'resize_cubic_half_pixel_down_6_40x41_to_17x13',
  'convt_3x3_s2_p1_op1_16to8_11x12',
  'batchnorm_inference_32_17x19',
];

const MINI = 'reference-nets/mini_fcn8s';

const TENSOR = { dims: [3, 2, 1, 1], data: random(6, 1) };
const BIAS = { dims: [3], data: random(3, 2) };
const picture = { width: 9, height: 7, rgba: Uint8Array.from({ length: 252 }, (_, i) => i) };

function small(): Graph {
  const g = new Graph('small');
  const pool = g.maxPool('pool', g.conv('conv', g.input('data', 2), { out: 3, kernel: 1 }), {
    kernel: 2,
    stride: 2,
    ceil: true,
  });
  g.output(g.resizeTo('score', pool, g.node('data'), { mode: 'bilinear' }));
  return g;
}

/** A layer of each kind, its sizes fixed. */
const layers = (): Graph[] =>
  EXPORTED_KINDS.map((kind) => layerGraphs(kind).find(({ title }) => title.endsWith('fixed'))!.graph);

/** ONNX's own small models, one of each kind of layer, and a whole net. */
export async function onnxFiles(): Promise<Uint8Array[]> {
  const net = NETS['fcn-small-8s']!({ width: 1 / 32, classes: 2 });
  // Unpooling is written by operators that are not read.
  const imported = layers().filter(({ name }) => name !== 'max_unpool');
  return [
    ...(await Promise.all(MODELS.map((name) => testData(`reference/${name}/model.onnx`)))),
    ...[...imported, net].map((graph) => exportOnnx(graph, seededWeights(graph, 1))),
  ];
}

export const onnxTensorFiles = () =>
  Promise.all(MODELS.map((name) => testData(`reference/${name}/test_data_set_0/output_0.pb`)));

/** The net that the caffemodels are of. */
export const CAFFE_NET = `input: "data" input_dim: 1 input_dim: 2 input_dim: 1 input_dim: 1
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 3 kernel_size: 1 bias_term: false } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }`;

const CAFFE_MODEL = {
  name: 'net',
  layers: [
    { name: 'conv', type: 'Convolution', bottoms: ['data'], tops: ['conv'], blobs: [TENSOR] },
    {
      name: 'fc',
      type: 'InnerProduct',
      bottoms: ['conv'],
      tops: ['fc'],
      blobs: [{ dims: [3, 3], data: random(9, 3) }, BIAS],
    },
  ],
};

export const caffemodelFiles = () => forms.map((form) => writeCaffemodel(CAFFE_MODEL, form));

/** A net that was published so, and layers of the kinds that it lacks. */
export const prototxtFiles = async () => [
  await testData(`${MINI}/deploy.prototxt`),
  utf8(`name: "all" input: "data" input_shape { dim: 2 dim: 4 dim: 6 dim: 5 } force_backward: true
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { use_global_stats: true eps: 1e-4 } }
    layer { name: "s" type: "Scale" bottom: "bn" top: "s" scale_param { bias_term: true axis: 1 } }
    layer { name: "lrn" type: "LRN" bottom: "s" top: "lrn" lrn_param { local_size: 3 norm_region: WITHIN_CHANNEL } }
    layer { name: "mvn" type: "MVN" bottom: "lrn" top: "mvn" mvn_param { across_channels: true } }
    layer { name: "p" type: "Permute" bottom: "mvn" top: "p" permute_param { order: [0, 2, 3, 1] } }
    layer { name: "r" type: "Reshape" bottom: "p" top: "r" reshape_param { shape { dim: [0, -1, 2] } } }
    layer { name: "sl" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 1 axis: 1 } }
    layer { name: "c" type: "Concat" bottom: "b" bottom: "a" top: "c" concat_param { axis: 1 } }
    layer { name: "e" type: "Eltwise" bottom: "c" bottom: "data" top: "e" eltwise_param { operation: SUM coeff: 1 coeff: -2 } }
    layer { name: "pr" type: "PReLU" bottom: "e" top: "pr" }
    layer { name: "pool" type: "Pooling" bottom: "pr" top: "pool" pooling_param { pool: AVE kernel_h: 3 kernel_w: 2 stride: 2 pad: 1 } }
    layer { name: "i" type: "Interp" bottom: "pool" top: "i" interp_param { height: 7 width: 8 } }
    layer { name: "pw" type: "Power" bottom: "i" top: "pw" power_param { power: 2 scale: 0.5 shift: 1 } }
    layer { name: "fl" type: "Flatten" bottom: "pw" top: "fl" include { phase: TEST } }
    layer { name: "ip" type: "InnerProduct" bottom: "fl" top: "ip" inner_product_param { num_output: 3 } param { lr_mult: 1 } }
    layer { name: "sm" type: "Softmax" bottom: "ip" top: "sm" softmax_param { axis: 1 } }`),
];

export const solverFiles = () => [
  utf8(`train_net: "train.prototxt" test_net: "val.prototxt" test_iter: 736 test_interval: 999999 display: 20
    average_loss: 20 lr_policy: "fixed" base_lr: 1e-14 momentum: 0.99 iter_size: 1 max_iter: 100000
    weight_decay: 0.0005 snapshot: 4000 snapshot_prefix: "snapshot/train" test_initialization: false`),
  utf8(`net: "both.prototxt" base_lr: 0.01 lr_policy: "multistep" gamma: 0.1 stepvalue: 5000 stepvalue: 7000
    solver_type: NESTEROV clip_gradients: 35 random_seed: 7 # a comment`),
];

export const safetensorsFiles = () => {
  const graph = small();
  const weights = seededWeights(graph, 1);
  const model = { graph, weights, classes: ['sky', 'sea', 'shore'], licence: 'CC0-1.0' };
  const preprocess = { order: 'grey', mean: [128], scale: 0.5 } as const;
  return [
    writeSafetensors(new Map(Object.entries({ 'conv.weight': TENSOR, 'conv.bias': BIAS }))),
    writeModel({ ...model, preprocess }),
    writeModel({ ...model, preprocess }, 'f16'),
  ];
};

export const npyFiles = async () => [
  await testData(`${MINI}/input.npy`),
  await testData(`${MINI}/argmax.npy`),
];

export const pngFiles = () => [encodePng(picture), ...labelFiles()];

export const labelFiles = () => [encodeLabels(new Uint32Array(63).fill(3), picture, vocPalette())];

export const jpegFiles = () => [
  new Uint8Array(
    encodeJpeg({ width: 33, height: 17, data: new Uint8Array(4 * 33 * 17).map((_, i) => i) }, 80).data,
  ),
];

const matFile = (compressed: boolean) =>
  mat5.matFile(
    [
      mat5.matNumbers(
        'S',
        [7, 9],
        Array.from(random(63, 3), (x) => Math.round(100 * x)),
        'double',
        'int8',
      ),
      mat5.matStruct('GTcls', {
        Segmentation: mat5.matNumbers('', [5, 4], Array.from(random(20, 4)), 'single'),
        Names: mat5.matCells(
          '',
          [1, 2],
          [mat5.matText('', ['one', 'two']), mat5.matText('', ['zwölf'], false)],
        ),
      }),
    ],
    { compressed },
  );

export const matFiles = () => [matFile(false), matFile(false), matFile(true)];

export const graphFiles = () =>
  [...layers(), NETS['fcn-small-8s']!({ width: 1 / 16 }), NETS['fcn-resnet50']!({ width: 1 / 16 })].map(
    (graph) => utf8(JSON.stringify(graphToJson(graph))),
  );

export const preprocessFiles = () => [
  utf8('{ "order": "bgr", "mean": [104, 117, 123], "std": [1, 1, 1], "scale": 1 }'),
];
