import { expect } from 'chai';
import { readMat, readMatVariable } from '../../src/data/mat5/read.js';
import { FormatError, UnsupportedError } from '../../src/errors.js';
import {
  element,
  type MatClass,
  matCells,
  matFile,
  matNumbers,
  matrix,
  matStruct,
  matText,
} from '../mat5.js';

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

const SCIPY_HEADER = new Uint8Array(128);
SCIPY_HEADER.set([0x00, 0x01, 0x49, 0x4d], 124);

/** What SciPy 1.17.1's `savemat` makes of the variables below, behind the header; compressed, and not. */
const SCIPY = {
  'as it is':
    'DgAAAGAAAAAGAAAACAAAAAYAAAAAAAAABQAAAAgAAAACAAAAAwAAAAEAAQBTAAAACQAAADAAAAAAAAAAAADgPwAAAAAAAAxAAAAAAAAA' +
    '+D8AAAAAAAASQAAAAAAAAARAAAAAAAAAFkAOAAAACAIAAAYAAAAIAAAAAgAAAAAAAAAFAAAACAAAAAEAAAABAAAAAQAAAAUAAABHVGNs' +
    'cwAAAAUABAASAAAAAQAAADYAAABCb3VuZGFyaWVzAAAAAAAAAABTZWdtZW50YXRpb24AAAAAAABDYXRlZ29yaWVzUHJlc2VudAAAAA4A' +
    'AAAQAQAABgAAAAgAAAABAAAAAAAAAAUAAAAIAAAAAgAAAAIAAAABAAAAAAAAAA4AAAAwAAAABgAAAAgAAAAEAAAAAAAAAAUAAAAIAAAA' +
    'AQAAAAEAAAABAAAAAAAAABAAAQBhAAAADgAAADAAAAAGAAAACAAAAAYAAAAAAAAABQAAAAgAAAAAAAAAAAAAAAEAAAAAAAAACQAAAAAA' +
    'AAAOAAAAOAAAAAYAAAAIAAAACgAAAAAAAAAFAAAACAAAAAEAAAADAAAAAQAAAAAAAAADAAAABgAAAAAAAQACAAAADgAAADAAAAAGAAAA' +
    'CAAAAAQAAAAAAAAABQAAAAgAAAABAAAAAwAAAAEAAAAAAAAAEAAEAGRlw6kOAAAAOAAAAAYAAAAIAAAACQAAAAAAAAAFAAAACAAAAAMA' +
    'AAACAAAAAQAAAAAAAAACAAAABgAAAAACBAEDBQAADgAAADAAAAAGAAAACAAAAAkAAAAAAAAABQAAAAgAAAABAAAAAgAAAAEAAAAAAAAA' +
    'AgACAAEFAAAOAAAAOAAAAAYAAAAIAAAADgAAAAAAAAAFAAAACAAAAAEAAAABAAAAAQADAGJpZwAMAAAACAAAAP///38AAAAADgAAADAA' +
    'AAAGAAAACAAAAAQAAAAAAAAABQAAAAgAAAACAAAAAgAAAAEAAQB0AAAAEAAEAGFjYmQ=',
  compressed:
    'DwAAADkAAAB4nONjYGBIAGI2IOaA0iDACuUzATEzEDMCYTCQ5gRiAwYYeGAPoXkcIPQPKF8IymeB0mIOALgcBLEPAAAAugAAAHic42Ng' +
    'YOBgYmBgA9FADGSCASuUz4iEQWLuIck5xWA2C4MQVNwMiJ3yS/NSEosyU4uhBjAEp6bnpuaVJJZk5udBRJwTS1LT80FqAopSi4FyQDE+' +
    'IBZgRNjPiGY/ExTDxEHqDRgQ6lnwuBcEBICsRCz62ND0wQBMHyeSfRZI+riw2MeMpI8ZbjYj2N3EuBdZvwBQRUrq4ZXo9nKi6WNGCxcm' +
    'mL1MLIzMrJj2outnxNDPxMAIlAQABwMX5w8AAAArAAAAeJzjY2BgsABiNiDmAGI+BghghfIZ4ZiZISkznYEHKv7///96kDoASCUFOA8A' +
    'AAAoAAAAeJzjY2BgMABiNiDmAGIWBghghfKZoJgRCEuAtABQRWJyUgoAG/sCdg==',
};

const one = (variable: Uint8Array, name = 'x') => readMatVariable(matFile([variable]), name);
const empty = { kind: 'numbers', dims: [0, 0], data: new Float64Array() };

describe('MATLAB files', () => {
  for (const [how, base64] of Object.entries(SCIPY))
    it(`by SciPy, ${how}`, async () => {
      const values = await readMat(Uint8Array.of(...SCIPY_HEADER, ...bytesOf(base64)));
      const text = (line: string) => ({ kind: 'text', dims: [1, line.length], lines: [line] });
      const numbers = <T>(dims: number[], data: T) => ({ kind: 'numbers', dims, data });
      expect([...values.keys()]).to.deep.equal(['S', 'GTcls', 'big', 't']);
      expect(values.get('S')).to.deep.equal(numbers([2, 3], Float64Array.of(0.5, 1.5, 2.5, 3.5, 4.5, 5.5)));
      expect(values.get('big')).to.deep.equal(numbers([1, 1], Float64Array.of(2 ** 31 - 1)));
      expect(values.get('t')).to.deep.equal({ kind: 'text', dims: [2, 2], lines: ['ab', 'cd'] });
      const cells = [text('a'), numbers([1, 3], Int16Array.of(0, 1, 2)), empty, text('deé')];
      expect(values.get('GTcls')).to.deep.equal({
        kind: 'structs',
        dims: [1, 1],
        structs: [
          new Map<string, unknown>([
            ['Boundaries', { kind: 'cells', dims: [2, 2], cells }],
            ['Segmentation', numbers([3, 2], Uint8Array.of(0, 1, 2, 3, 4, 5))],
            ['CategoriesPresent', numbers([1, 2], Uint8Array.of(1, 5))],
          ]),
        ],
      });
    });

  const RANGES: readonly [MatClass, number[]][] = [
    ['double', [-1e300, 0.1, 2 ** 53]],
    ['single', [-1.5, 2 ** 100, 0.25]],
    ['int8', [-128, 0, 127]],
    ['uint8', [0, 1, 255]],
    ['int16', [-32768, 7, 32767]],
    ['uint16', [0, 1, 65535]],
    ['int32', [-(2 ** 31), 7, 2 ** 31 - 1]],
    ['uint32', [0, 1, 2 ** 32 - 1]],
    ['int64', [-(2 ** 53) + 1, 0, 2 ** 53 - 1]],
    ['uint64', [0, 1, 2 ** 53 - 1]],
  ];
  for (const [type, [a, b, c]] of RANGES)
    for (const compressed of [false, true])
      it(`hold numbers of class ${type}${compressed ? ', compressed' : ''}`, async () => {
        const rows = [a!, b!, c!, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        const file = matFile([matNumbers('other', [1, 1], [1]), matNumbers('x', [2, 3, 2], rows, type)], {
          compressed,
        });
        const value = await readMatVariable(file, 'x');
        expect(value.kind === 'numbers' && [value.dims, [...value.data]]).to.deep.equal([[2, 3, 2], rows]);
      });

  it('may store numbers in a narrower type than their class', async () => {
    for (const stored of ['uint8', 'int16', 'uint16', 'int32'] as const) {
      const value = await one(matNumbers('x', [2, 2], [1, 2, 3, 250], 'double', stored));
      expect(value).to.deep.equal({ kind: 'numbers', dims: [2, 2], data: Float64Array.of(1, 2, 3, 250) });
    }
  });
  it('hold cells and structs in each other, in rows', async () => {
    const n = (x: number) => matNumbers('', [1, 1], [x]);
    const cells = matCells('', [2, 3], [0, 1, 2, 3, 4, 5].map(n));
    const value = await one(matStruct('x', { a: cells, text: matText('', ['one', 'two']), b: n(7) }));
    const [struct] = value.kind === 'structs' ? value.structs : [];
    const a = struct!.get('a')!;
    expect(a.kind === 'cells' && a.cells.map((c) => c.kind === 'numbers' && c.data[0])).to.deep.equal([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(struct!.get('text')).to.deep.equal({ kind: 'text', dims: [2, 3], lines: ['one', 'two'] });
  });
  it('hold empty matrices, and text of UTF-8', async () => {
    expect(await one(matCells('x', [1, 1], [element(14, new Uint8Array())]))).to.deep.include({
      cells: [empty],
    });
    expect(await one(matText('x', ['größe'], false))).to.deep.include({ lines: ['größe'] });
    expect(await one(matText('x', ['']))).to.deep.include({ lines: [] });
  });
  it('are read by the names that are wanted: others may be of any kind', async () => {
    const file = matFile([matrix(17, [1, 1], 'opaque'), matNumbers('x', [1, 1], [3])]);
    expect([...(await readMat(file, ['x'])).keys()]).to.deep.equal(['x']);
    const said = await readMat(file).then(String, String);
    expect(said).to.equal(
      `UnsupportedError: mat: an opaque object (class 17), should be numbers, text, cells or a struct`,
    );
  });

  const good = matFile([matNumbers('x', [2, 3], [1, 2, 3, 4, 5, 6], 'uint8')]);
  const packed = matFile([matNumbers('x', [20, 30], new Array(600).fill(7))], { compressed: true });
  const at = (bytes: Uint8Array, place: number, ...values: number[]) => {
    const y = bytes.slice();
    y.set(values, place);
    return y;
  };
  const deep = Array.from({ length: 80 }).reduce<Uint8Array>(
    (inner) => matCells('', [1, 1], [inner]),
    matNumbers('', [1, 1], [1]),
  );
  const refusals: readonly [string, Uint8Array, string][] = [
    ['no header', good.subarray(0, 100), 'mat: 100 bytes, should be at least 128'],
    ['another byte order', at(good, 126, 0x4d, 0x49), 'mat: big-endian'],
    ['no byte order', at(good, 126, 0), 'mat: no byte order'],
    ['version 7.3', at(good, 124, 0x00, 0x02), 'mat: version 7.3 (HDF5)'],
    ['another version', at(good, 124, 0x00, 0x03), 'mat: version 0x300'],
    ['a broken-off matrix', good.subarray(0, good.length - 8), 'mat: an element of'],
    ['another type in its place', at(good, 128, 9), 'mat: type 9, should be a matrix (14)'],
    ['a small element of 5 bytes', at(good, 128, 14, 0, 5, 0), 'mat: a small element of 5 bytes'],
    ['other dimensions than numbers', at(good, 160, 3), 'mat: 6 numbers for [3,3], should be 9'],
    ['negative dimensions', at(good, 160, 255, 255, 255, 255), 'mat: dimensions [-1,3]'],
    ['an unknown class', at(good, 144, 40), 'mat: class 40'],
    [
      'a value beyond its class',
      matFile([matNumbers('x', [1, 1], [300], 'uint8', 'int16')]),
      'mat: 300, should',
    ],
    ['complex numbers', at(good, 145, 0x08), 'mat: complex numbers'],
    ['cells without elements', matFile([matrix(1, [60000, 60000], 'x')]), 'mat: 0 bytes for [60000,60000]'],
    [
      'a variable twice',
      matFile([matNumbers('x', [1, 1], [1]), matNumbers('x', [1, 1], [1])]),
      'mat: x twice',
    ],
    ['no such variable', matFile([matNumbers('y', [1, 1], [1])]), 'mat: no variable x'],
    ['cells 80 deep', matFile([matCells('x', [1, 1], [deep])]), 'mat: 65 cells or structs in each other'],
    [
      'a changed byte in compressed data',
      at(packed, packed.length - 9, 0x55),
      'should be whole compressed data',
    ],
    [
      'another checksum',
      at(packed, packed.length - 1, packed.at(-1)! ^ 1),
      'should be whole compressed data',
    ],
  ];
  for (const [what, bytes, message] of refusals)
    it(`with ${what} are refused`, async () => {
      const error: unknown = await readMatVariable(bytes, 'x').then(
        (value) => value,
        (e) => e,
      );
      expect(error instanceof FormatError || error instanceof UnsupportedError, String(error)).to.equal(true);
      expect((error as Error).message).to.contain(message);
    });
});
