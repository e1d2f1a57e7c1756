// The trained nets of RAREFY_DATA/weights: their files, what they take, and what they must give.
import { CAFFE_PREPROCESS, type Preprocess } from '../../src/ops/image.js';

/** One run: a picture, and the files that hold each output, by its name in the table. */
export interface NetRun {
  /** Path of a PNG in RAREFY_DATA. */
  readonly picture: string;
  /** Names of .npy files of the folder's `reference`, without the ending. */
  readonly values?: Readonly<Record<string, string>>;
  /** Names of its .png files with a label per pixel. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface NetSource {
  readonly file: string;
  /** Names in this file of outputs that the table calls otherwise. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** For rounded weights. */
  readonly tolerance?: number;
}

export interface RealNet {
  readonly folder: string;
  readonly sources: readonly NetSource[];
  readonly preprocess: Preprocess;
  /** MATLAB's order: columns first. */
  readonly swapped?: boolean;
  readonly runs: readonly NetRun[];
}

const grey = (scale: number): Preprocess => ({ order: 'grey', mean: [0], scale });
const raw = (order: 'rgb' | 'bgr'): Preprocess => ({ order, mean: [0, 0, 0] });
const centred = (mean: number): Preprocess => ({
  order: 'rgb',
  mean: [mean, mean, mean],
  std: [128, 128, 128],
});

/** (x - mean) / std / 255 */
const shares = (mean: readonly number[], std: readonly number[]): Preprocess => ({
  order: 'bgr',
  mean,
  std: std.map((v) => 255 * v),
});

export const CAMVID_FRAMES = ['0016E5_07959', '0016E5_08025', '0016E5_08091', '0016E5_08159'] as const;

const reference = (folder: string, picture: string) => `weights/${folder}/reference/${picture}.png`;

const digits = (folder: string, output: string): NetRun[] =>
  [0, 3, 5, 7].map((n) => ({
    picture: reference(folder, `digit_${n}`),
    values: { [output]: output === 'ip2' ? `digit_${n}_ip2` : `digit_${n}` },
  }));

const faces = (folder: string, picture: string, outputs: readonly string[], prefix = ''): NetRun => ({
  picture: reference(folder, picture),
  values: Object.fromEntries(outputs.map((name) => [name, `${prefix}${name}`])),
});

const SQUEEZENET = 'squeezenet_v1.0_deepcompression';

export const REAL_NETS: readonly RealNet[] = [
  {
    folder: SQUEEZENET,
    sources: [
      { file: `${SQUEEZENET}.caffemodel` },
      {
        file: 'model.onnx',
        outputs: { pool_final: 'pool_final_out', relu_conv_final: 'relu_conv_final_out' },
      },
      { file: 'model.f16.safetensors', tolerance: 5e-3 },
    ],
    preprocess: CAFFE_PREPROCESS,
    runs: [
      ...['cat', 'bald_eagle', 'pelican', 'space_shuttle', 'grace_hopper'].map((name) => ({
        picture: reference(SQUEEZENET, `${name}_227`),
        values: { pool_final: `${name}_logits` },
      })),
      {
        picture: reference(SQUEEZENET, 'cat_320x240'),
        values: { relu_conv_final: 'cat_320x240_scoremap' },
      },
    ],
  },
  {
    folder: 'espnet_p2_q8_camvid',
    sources: [{ file: 'model.onnx' }, { file: 'model.safetensors' }],
    preprocess: shares([110.33103, 108.40886, 105.03319], [72.12571, 72.69075, 69.90435]),
    runs: [
      {
        picture: reference('espnet_p2_q8_camvid', 'crop_240x176'),
        values: { output: 'crop_240x176_logits' },
      },
      ...CAMVID_FRAMES.map((frame) => ({
        picture: `camvid-voc/fullsize/PNGImages/${frame}.png`,
        labels: { output: `${frame}_argmax` },
      })),
    ],
  },
  {
    folder: 'sinet_portrait',
    sources: [{ file: 'model.onnx' }, { file: 'model.safetensors' }],
    preprocess: shares([107.304565, 115.69884, 132.35703], [63.97182, 65.1337, 68.29726]),
    runs: [
      {
        picture: reference('sinet_portrait', 'grace_hopper_224'),
        values: { output: 'logits' },
        labels: { output: 'mask' },
      },
    ],
  },
  {
    folder: 'lane_fcn',
    sources: [{ file: 'model.onnx' }, { file: 'model.safetensors' }],
    preprocess: raw('rgb'),
    runs: ['07959', '08059', '08159'].map((frame) => ({
      picture: reference('lane_fcn', `0016E5_${frame}_160x80`),
      values: { output: `0016E5_${frame}_output` },
    })),
  },
  {
    folder: 'mtcnn_det1',
    sources: [{ file: 'det1.caffemodel' }],
    preprocess: centred(127.5),
    swapped: true,
    runs: ['grace_hopper_227', 'grace_hopper_113x97'].map((name) =>
      faces('mtcnn_det1', name, ['conv4-2', 'prob1'], `${name}_`),
    ),
  },
  {
    folder: 'mtcnn_det3',
    sources: [{ file: 'det3.caffemodel' }],
    preprocess: centred(127.5),
    swapped: true,
    runs: [faces('mtcnn_det3', 'face_48', ['conv6-2', 'conv6-3', 'prob1'], 'face_48_')],
  },
  {
    folder: 'ultraface_rfb320',
    sources: [{ file: 'RFB-320.caffemodel' }, { file: 'model_bn.onnx' }, { file: 'model_simplified.onnx' }],
    preprocess: centred(127),
    runs: [faces('ultraface_rfb320', 'grace_hopper_320x240', ['boxes', 'scores'])],
  },
  {
    folder: 'yunet_n_320_320',
    sources: [{ file: 'model.onnx' }],
    preprocess: raw('bgr'),
    runs: [
      faces(
        'yunet_n_320_320',
        'grace_hopper_320',
        ['cls', 'obj', 'bbox', 'kps'].flatMap((what) => [8, 16, 32].map((stride) => `${what}_${stride}`)),
      ),
    ],
  },
  {
    folder: 'lenet_mnist_caffe_v1',
    sources: [{ file: 'lenet_iter_10000.caffemodel' }],
    preprocess: grey(1 / 256),
    runs: digits('lenet_mnist_caffe_v1', 'ip2'),
  },
  {
    folder: 'mnist_onnx',
    sources: [{ file: 'model.onnx' }],
    preprocess: grey(1),
    runs: digits('mnist_onnx', 'Plus214_Output_0'),
  },
];
