import { expect } from 'chai';
import { FormatError, LimitError, ShapeError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { decodeImage } from '../../src/image/decode.js';
import { vocPalette } from '../../src/image/palette.js';
import { decodeLabels, encodeLabels, encodePng } from '../../src/image/png.js';
import { parsePreprocess } from '../../src/image/preprocess.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readNpy } from '../../src/weights/npy.js';
import { importOnnx } from '../../src/weights/onnx/import.js';
import { readOnnxTensor } from '../../src/weights/onnx/model.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { writeSafetensors } from '../../src/weights/safetensors_write.js';
import { forms, writeCaffemodel } from '../caffemodel.js';
import { testData } from '../data.js';
import { withFaults } from '../faults.js';
import { random } from '../random.js';

interface Format {
  readonly name: string;
  /** Whole files. */
  files(): Promise<Uint8Array[]>;
  /** Reads a file as far as no GPU is needed. */
  read(bytes: Uint8Array): unknown;
}

const TYPED = [FormatError, LimitError, ShapeError, UnsupportedError, WeightsError];

/** No file here is larger than a megabyte, so nothing that one asks for may take longer or more. */
const MOST_MS = 3000;
const MOST_BYTES = 2 ** 30;

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

const ONNX = [
  'maxpool_2x2_s2_indices_8_14x18',
  'resize_cubic_half_pixel_down_6_40x41_to_17x13',
  'convt_3x3_s2_p1_op1_16to8_11x12',
  'batchnorm_inference_32_17x19',
];

const TENSOR = { dims: [3, 2, 1, 1], data: random(6, 1) };
const MODEL = {
  name: 'net',
  layers: [
    { name: 'conv', type: 'Convolution', bottoms: ['data'], tops: ['conv'], blobs: [TENSOR] },
    { name: 'fc', type: 'InnerProduct', bottoms: ['conv'], tops: ['fc'], blobs: [TENSOR, TENSOR] },
  ],
};

const picture = { width: 9, height: 7, rgba: Uint8Array.from({ length: 252 }, (_, i) => i) };

const FORMATS: readonly Format[] = [
  {
    name: 'onnx',
    files: () => Promise.all(ONNX.map((name) => testData(`reference/${name}/model.onnx`))),
    read: (bytes) => importOnnx(bytes, { maxElements: 2 ** 22 }),
  },
  {
    name: 'onnx tensor',
    files: async () => [await testData(`reference/${ONNX[3]}/test_data_set_0/output_0.pb`)],
    read: readOnnxTensor,
  },
  {
    name: 'caffemodel',
    files: async () => forms.map((form) => writeCaffemodel(MODEL, form)),
    read: readCaffemodel,
  },
  {
    name: 'prototxt',
    files: async () => [await testData('reference-nets/mini_fcn8s/deploy.prototxt')],
    read: (bytes) => importCaffe(readNet(text(bytes)), null),
  },
  {
    name: 'safetensors',
    files: async () => [
      writeSafetensors(
        new Map([
          ['conv.weight', TENSOR],
          ['conv.bias', { dims: [3], data: random(3, 2) }],
        ]),
      ),
    ],
    read: (bytes) => weightsOf(readSafetensors(bytes)),
  },
  { name: 'npy', files: async () => [await testData('reference-nets/mini_fcn8s/input.npy')], read: readNpy },
  { name: 'png', files: async () => [encodePng(picture)], read: decodeImage },
  {
    name: 'labels',
    files: async () => [encodeLabels(new Uint32Array(63).fill(3), picture, vocPalette())],
    read: decodeLabels,
  },
  {
    name: 'preprocess',
    files: async () => [utf8('{ "order": "bgr", "mean": [104, 117, 123], "std": [1, 1, 1], "scale": 1 }')],
    read: (bytes) => parsePreprocess(text(bytes)),
  },
];

/** What a file makes of the reader: null, or what should not have happened. */
function faultOf({ read }: Format, bytes: Uint8Array): string | null {
  const start = performance.now();
  try {
    read(bytes);
  } catch (error) {
    if (!TYPED.some((type) => error instanceof type)) return `${(error as Error).stack}`;
  }
  const ms = performance.now() - start;
  return ms > MOST_MS ? `took ${ms.toFixed(0)} ms` : null;
}

function define(title: string, count: number): void {
  describe(title, function () {
    this.timeout(900_000);
    for (const format of FORMATS)
      it(format.name, async () => {
        const files = await format.files();
        for (const file of files) format.read(file);
        const before = process.memoryUsage();
        for (let seed = 0; seed < count; seed++) {
          const fault = faultOf(format, withFaults(files[seed % files.length]!, seed));
          expect(fault, `seed ${seed}`).to.equal(null);
        }
        const { rss, heapTotal } = process.memoryUsage();
        expect(Math.max(rss - before.rss, heapTotal - before.heapTotal)).to.be.below(MOST_BYTES);
      });
  });
}

/** Of each format; all together 100,000. */
const MANY = Math.ceil(100_000 / FORMATS.length);

define('files with faults give typed errors', 400);
define(`${MANY * FORMATS.length} files with faults give typed errors (long)`, MANY);
