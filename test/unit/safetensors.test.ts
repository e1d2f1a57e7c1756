import { expect } from 'chai';
import { FormatError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { halfToNumber, numberToHalf } from '../../src/weights/half.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { floats, integers, weightsOf } from '../../src/weights/safetensors_values.js';
import { writeSafetensors } from '../../src/weights/safetensors_write.js';
import { checkFinite, type Weights } from '../../src/weights/weights.js';
import { random } from '../random.js';

const weights: Weights = new Map([
  ['conv1_1.weight', { dims: [2, 3, 3, 3], data: random(54, 1) }],
  ['__proto__', { dims: [], data: random(1, 2) }],
  ['a "quoted": name', { dims: [0, 4], data: new Float32Array(0) }],
  ['conv1_1.bias', { dims: [2], data: random(2, 3) }],
]);

function file(
  header: string,
  data: Uint8Array<ArrayBuffer> = new Uint8Array(0),
  length?: number,
): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const entry = (dtype: string, shape: number[], data_offsets: number[]) =>
  JSON.stringify({ dtype, shape, data_offsets });

describe('safetensors', () => {
  it('returns what was written, aligned or not', () => {
    const bytes = writeSafetensors(weights, { metadata: new Map([['net', 'fcn8s']]) });
    for (let shift = 0; shift < 4; shift++) {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const read = readSafetensors(moved);
      expect(weightsOf(read)).to.eql(weights);
      expect(read.metadata).to.eql(new Map([['net', 'fcn8s']]));
    }
  });
  it('widens halves and brains to f32', () => {
    const bits = (values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
    const f16 = readSafetensors(
      file(
        `{"x":${entry('F16', [7], [0, 14])}}`,
        bits([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x7e00]),
      ),
    ).tensors.get('x')!;
    expect([...floats(f16)]).to.eql([1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, -0, Number.NaN]);
    const bf16 = readSafetensors(
      file(`{"x":${entry('BF16', [3], [0, 6])}}`, bits([0x3f80, 0xc000, 0x7f80])),
    ).tensors.get('x')!;
    expect([...floats(bf16)]).to.eql([1, -2, Number.POSITIVE_INFINITY]);
  });
  it('writes the nearest half of each filter, and vectors as they are', () => {
    const exact = [1, -2, 2 ** -24, 65504, -0, 0.333251953125];
    const between = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 65519, 1e-9];
    const filter = Float32Array.of(...exact, ...between);
    const bias = Float32Array.of(1e-9, 1e9);
    const bytes = writeSafetensors(
      new Map([
        ['w', { dims: [11, 1], data: filter }],
        ['b', { dims: [2], data: bias }],
      ]),
      { elem: 'f16' },
    );
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()]).to.eql(['w', 'b']);
    expect([tensors.get('w')!.dtype, tensors.get('b')!.dtype]).to.eql(['F16', 'F32']);
    // Ties go to the even one: 1, 1 + 2^-9 and 0.
    expect([...floats(tensors.get('w')!)]).to.eql([...exact, 1, 1 + 2 ** -9, 0, 65504, 0]);
    expect(floats(tensors.get('b')!)).to.eql(bias);
  });
  it('gives every half back as it was', () => {
    for (let bits = 0; bits < 2 ** 16; bits++)
      if ((bits & 0x7fff) <= 0x7c00) expect(numberToHalf(halfToNumber(bits))).to.equal(bits);
    expect(numberToHalf(Number.NaN) & 0x7fff).to.equal(0x7e00);
  });
  it('refuses what a file cannot hold', () => {
    const of = (value: number) => new Map([['w', { dims: [1, 1], data: Float32Array.of(value) }]]);
    expect(() => writeSafetensors(of(65520), { elem: 'f16' })).to.throw(
      WeightsError,
      'w: element 0 is 65520, should be within 65504 for f16',
    );
    const short = new Map([['w', { dims: [2], data: new Float32Array(1) }]]);
    expect(() => writeSafetensors(short)).to.throw(FormatError, 'w: 1 values for [2], should be 2');
    const named = new Map([['__metadata__', { dims: [1], data: new Float32Array(1) }]]);
    expect(() => writeSafetensors(named)).to.throw(FormatError, '__metadata__: a tensor');
  });
  it('reads integers as numbers', () => {
    const i64 = (values: bigint[]) =>
      readSafetensors(
        file(`{"n":${entry('I64', [2], [0, 16])}}`, new Uint8Array(BigInt64Array.from(values).buffer)),
      ).tensors.get('n')!;
    expect(integers(i64([-3n, 2n ** 40n]))).to.eql([-3, 2 ** 40]);
    expect(() => integers(i64([0n, 2n ** 60n]))).to.throw(FormatError, 'n: element 1 is');
    expect(() => floats(i64([0n, 0n]))).to.throw(
      UnsupportedError,
      'n: dtype I64, should be F32, F16 or BF16',
    );
    const i32 = readSafetensors(
      file(`{"n":${entry('I32', [2], [0, 8])}}`, new Uint8Array(Int32Array.of(-1, 7).buffer)),
    );
    expect(integers(i32.tensors.get('n')!)).to.eql([-1, 7]);
    expect(weightsOf(i32).size).to.equal(0);
  });
  const four = new Uint8Array(4);
  const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
  for (const [bytes, message] of [
    [new Uint8Array(7), 'a file of 7 bytes, should be at least 8'],
    [file('{}', four, 300), 'a header of 300 bytes, the file has 6 left'],
    [file('{}', four, 2 ** 40), 'a header of 1099511627776 bytes, should be at most 100000000'],
    [file('{"x":'), 'the header is no JSON'],
    [file('[]'), 'a header that begins with another character than {'],
    [file(' {}'), 'a header that begins with another character than {'],
    [file('\u{feff}{}'), 'a header that begins with another character than {'],
    [file(`{"x":${entry('F16', [], [2, 4])}}`, four), 'x begins at 2, should follow what ends at 0'],
    [
      file(`{"x":${entry('F16', [], [0, 2])},"y":${entry('F16', [], [1, 3])}}`, four),
      'y begins at 1, should follow what ends at 2',
    ],
    [file(`{"x":${entry('F32', [2 ** 30, 2 ** 30], [0, 4])}}`, four), 'x: 4 bytes for F32 [1073741824,'],
    [
      file(`{"x":{"dtype":"F16","shape":[1],"shape":[1],"data_offsets":[0,2]}}`),
      'should be two within 0 bytes',
    ],
    [file(`{"x":{"dtype":${deep}}}`), 'x: dtype that nests, should be one of BOOL'],
    [file(`{"x":{"dtype":"F32","shape":${deep}}}`), 'x: shape that nests, should be whole numbers'],
    [file('{"x":3}'), "'x' of the header, should be an object"],
    [file(`{"x":${deep}}`), "'x' of the header, should be an object"],
    [file(`{"x":${entry('F31', [1], [0, 4])}}`, four), 'x: dtype "F31", should be one of BOOL'],
    [
      file(`{"x":${entry('F32', [-1], [0, 4])}}`, four),
      'x: shape [-1], should be whole numbers of at least 0',
    ],
    [file(`{"x":${entry('F32', [2], [0, 4])}}`, four), 'x: 4 bytes for F32 [2], should be 8'],
    [file(`{"x":${entry('F32', [2], [0, 8])}}`, four), 'x: data_offsets [0,8], should be two within 4 bytes'],
    [file(`{"x":${entry('F32', [], [0, 4])}}`, new Uint8Array(5)), 'tensors of 4 bytes in a file with 5'],
    [
      file(`{"x":${entry('F16', [], [0, 2])},"y":${entry('F16', [], [0, 2])}}`, four),
      'y begins at 0, should follow what ends at 2',
    ],
    [
      file(`{"x":${entry('F16', [], [0, 2])},"x":${entry('F16', [], [0, 2])}}`, four),
      'the header names something twice',
    ],
    [file('{"__metadata__":{"a":1}}'), "metadata 'a', should be a string"],
  ] as const) {
    it(`refuses what breaks the format: ${message}`, () => {
      expect(() => readSafetensors(bytes)).to.throw(FormatError, message);
    });
  }
  it('breaks off with a FormatError at every byte', () => {
    const bytes = writeSafetensors(weights);
    for (let cut = 0; cut < bytes.length; cut++)
      expect(() => readSafetensors(bytes.subarray(0, cut)), `cut at ${cut}`).to.throw(FormatError);
  });
  it('takes any change of bytes for a FormatError or another valid file', () => {
    const bytes = writeSafetensors(weights);
    const dice = random(6000, 5);
    for (let i = 0; i < 3000; i++) {
      const changed = bytes.slice();
      const [at, value] = [dice[2 * i]! + 1, dice[2 * i + 1]! + 1];
      changed[Math.floor((at / 2) * (i % 2 ? 400 : changed.length))] = Math.floor(value * 128);
      try {
        readSafetensors(changed);
      } catch (error) {
        expect(error).to.be.instanceOf(FormatError);
      }
    }
  });
});

describe('weights', () => {
  it('names the first tensor and element that is not finite', () => {
    checkFinite(weights);
    const data = random(54, 1);
    data[17] = Number.NaN;
    const broken = new Map([...weights, ['fc7.weight', { dims: [54], data }] as const]);
    expect(() => checkFinite(broken))
      .to.throw(WeightsError, 'fc7.weight: element 17 of 54 is NaN, should be finite')
      .with.property('tensor', 'fc7.weight');
  });
});
