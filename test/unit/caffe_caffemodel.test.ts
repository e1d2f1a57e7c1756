import { expect } from 'chai';
import { FormatError } from '../../src/errors.js';
import { type CaffeModel, readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { forms, showForm, writeCaffemodel } from '../caffemodel.js';
import { random } from '../random.js';

const model: CaffeModel = {
  name: 'small',
  layers: [
    {
      name: 'conv1_1',
      type: 'Convolution',
      bottoms: ['data'],
      tops: ['conv1_1'],
      blobs: [
        { dims: [2, 3, 3, 5], data: random(90, 1) },
        { dims: [2], data: random(2, 2) },
      ],
    },
    { name: '__proto__', type: 'ReLU', bottoms: ['conv1_1'], tops: ['conv1_1'], blobs: [] },
    {
      name: 'fc',
      type: 'InnerProduct',
      bottoms: ['conv1_1'],
      tops: ['fc'],
      blobs: [{ dims: [7, 18], data: random(126, 3) }],
    },
  ],
};

/** The model as a file of four dims a blob gives it back. */
const withFourDims = (m: CaffeModel): CaffeModel => ({
  ...m,
  layers: m.layers.map((layer) => ({
    ...layer,
    blobs: layer.blobs.map((b) => ({ ...b, dims: [...Array(4 - b.dims.length).fill(1), ...b.dims] })),
  })),
});

/** Where the bytes after a name or a whole layer begin: there a file may end without breaking the format. */
const wholeAt = (bytes: Uint8Array, cut: number): boolean => {
  try {
    readCaffemodel(bytes.subarray(0, cut));
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(FormatError);
    return false;
  }
};

describe('caffemodel', () => {
  for (const form of forms) {
    it(`returns what was written: ${showForm(form)}`, () => {
      const read = readCaffemodel(writeCaffemodel(model, form));
      expect(read).to.eql(form.legacy ? withFourDims(model) : model);
    });
  }
  it('views aligned values and copies others', () => {
    const bytes = writeCaffemodel(model, { version: 'V2', packed: true, legacy: false, double: false });
    let views = 0;
    for (let shift = 0; shift < 4; shift++) {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const { layers } = readCaffemodel(moved);
      expect(layers).to.eql(model.layers);
      views += layers.flatMap((l) => l.blobs).filter((b) => b.data.buffer === moved.buffer).length;
    }
    expect(views).to.equal(3); // each of the three blobs, at one of the four places
  });
  for (const form of forms) {
    it(`breaks off with a FormatError or between two layers: ${showForm(form)}`, () => {
      const bytes = writeCaffemodel(model, form);
      const whole: number[] = [];
      for (let cut = 0; cut < bytes.length; cut++) if (wholeAt(bytes, cut)) whole.push(cut);
      expect(whole).to.have.lengthOf(2);
      expect(readCaffemodel(bytes.subarray(0, whole[0])).layers).to.have.lengthOf(1);
      expect(readCaffemodel(bytes.subarray(0, whole[1])).layers).to.have.lengthOf(2);
    });
  }
  it('says where and why', () => {
    const bytes = writeCaffemodel(model, { version: 'V2', packed: true, legacy: false, double: false });
    expect(() => readCaffemodel(bytes.subarray(0, 100))).to.throw(
      FormatError,
      /^caffemodel: a value of \d+ bytes, its message has \d+ left \(at byte \d+\)$/,
    );
    expect(() => readCaffemodel(new Uint8Array(0))).to.throw(
      FormatError,
      'no layers, should hold at least one (at byte 0)',
    );
    const blob = { dims: [2, 3], data: random(5, 1) };
    const wrong = { ...model, layers: [{ ...model.layers[0]!, blobs: [blob] }] };
    expect(() => readCaffemodel(writeCaffemodel(wrong, forms[0]!))).to.throw(
      FormatError,
      'a blob [1,1,2,3] with 5 values, should have 6',
    );
  });
  it('takes any change of bytes for a FormatError or another valid file, quickly', function () {
    this.timeout(20_000);
    for (const [seed, form] of forms.entries()) {
      const bytes = writeCaffemodel(model, form);
      const dice = random(3 * 400, 100 + seed);
      for (let i = 0; i < 400; i++) {
        const changed = bytes.slice();
        for (let k = 0; k <= i % 3; k++) {
          const value = dice[3 * i + k]! + 1;
          const at = Math.floor((value / 2) * changed.length);
          changed[at] = Math.floor(value * 1e6) % 256;
        }
        wholeAt(changed, changed.length);
      }
    }
  });
});
