import { expect } from 'chai';
import { PbfWriter } from 'pbf';
import { readNpy } from '../../src/weights/npy.js';
import { readTensor } from '../oracles/onnx.js';

function npy(header: string, body: Uint8Array, version = [1, 0]): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    ...version,
    text.length,
    0,
    ...text,
    ...body,
  );
}

const header = (type: string, shape: string, fortran = 'False') =>
  `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': (${shape}), }   `;

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer);

describe('.npy files', () => {
  it('hold an array of any rank', () => {
    const values = Float32Array.of(1, -2.5, 3, 4, 5, 6);
    expect(readNpy(npy(header('<f4', '2, 3'), bytesOf(values)))).to.deep.equal({
      dims: [2, 3],
      data: values,
    });
    expect(readNpy(npy(header('|u1', '3,'), Uint8Array.of(7, 8, 9))).dims).to.deep.equal([3]);
    expect(readNpy(npy(header('<f4', ''), bytesOf(Float32Array.of(4)))).dims).to.deep.equal([]);
  });

  for (const [what, file, message] of [
    ['other magic bytes', npy(header('|u1', '1,'), Uint8Array.of(1)).fill(0, 0, 1), 'magic'],
    ['version 2', npy(header('|u1', '1,'), Uint8Array.of(1), [2, 0]), 'version 2.0'],
    ['a header beyond the file', npy(header('|u1', '1,'), new Uint8Array()).subarray(0, 30), 'header of'],
    ['Fortran order', npy(header('|u1', '1,', 'True'), Uint8Array.of(1)), 'Fortran'],
    ['big-endian numbers', npy(header('>f4', '1,'), new Uint8Array(4)), "'>f4'"],
    ['too few bytes', npy(header('<f4', '2,'), new Uint8Array(4)), '4 bytes for [2], should be 8'],
    ['too many bytes', npy(header('<f4', '2,'), new Uint8Array(12)), '12 bytes for [2], should be 8'],
  ] as const) {
    it(`are refused with ${what}`, () => expect(() => readNpy(file)).to.throw(message));
  }
});

describe('TensorProto', () => {
  const tensor = (dims: number[], type: number, fill: (w: PbfWriter) => void) => {
    const w = new PbfWriter();
    w.writePackedVarint(1, dims);
    w.writeVarintField(2, type);
    fill(w);
    return w.finish();
  };

  it('holds typed or raw data', () => {
    const values = Float32Array.of(0.5, -1, 2, 3);
    const typed = tensor([2, 2], 1, (w) => w.writePackedFloat(4, [...values]));
    const raw = tensor([2, 2], 1, (w) => w.writeBytesField(9, bytesOf(values)));
    for (const bytes of [typed, raw])
      expect(readTensor(bytes)).to.deep.include({ type: 'float32', dims: [2, 2], data: values });
  });

  it('holds negative whole numbers', () => {
    const int64 = tensor([2], 7, (w) => w.writePackedVarint(7, [-3, 2 ** 40]));
    expect([...readTensor(int64).data]).to.deep.equal([-3, 2 ** 40]);
  });

  it('holds f16 as bits', () => {
    const half = tensor([3], 10, (w) => w.writePackedVarint(5, [0x3c00, 0xc100, 0x0001]));
    expect([...readTensor(half).data]).to.deep.equal([1, -2.5, 2 ** -24]);
  });

  it('is refused with another number of values, or of an unknown type', () => {
    expect(() => readTensor(tensor([3], 1, (w) => w.writePackedFloat(4, [1])))).to.throw(
      '1 values, should have 3',
    );
    expect(() => readTensor(tensor([1], 8, () => {}))).to.throw('data type 8');
  });
});
