import { expect } from 'chai';
import { zlibSync } from 'fflate';
import { PbfWriter } from 'pbf';
import { FormatError, ShapeError, UnsupportedError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { plan } from '../../src/graph/plan.js';
import { graphFromJson, graphToJson } from '../../src/graph/serialise.js';
import { decodeImage } from '../../src/image/decode.js';
import { encodePng } from '../../src/image/png.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readNpy } from '../../src/weights/npy.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { joined } from '../../src/weights/safetensors_write.js';
import { jpegFiles, utf8 } from '../faults/files.js';
import { mendChunks } from '../faults/formats.js';

/** A size that no product of sizes survives. */
const HUGE = 2 ** 53 - 1;

describe('hostile files of Caffe', () => {
  const layer = (params: string, type = 'Convolution') =>
    `input: "data" input_dim: 1 input_dim: 2 input_dim: 9 input_dim: 9
     layer { name: "__proto__" type: "${type}" bottom: "data" top: "constructor" ${params} }`;
  const read = (text: string) => () => importCaffe(readNet(text), null);

  it('may name their layers and blobs as objects name what they all have', () => {
    const { graph } = read(layer('convolution_param { num_output: 3 kernel_size: 1 }'))();
    expect([...graph.outputs].map(([name, node]) => [name, node.name])).to.deep.equal([
      ['constructor', '__proto__'],
    ]);
    expect(read('layer { name: "a" type: "toString" top: "b" }')).to.throw(UnsupportedError, 'toString');
  });

  it('are refused where sizes overflow, plans where they are merely large', () => {
    for (const size of ['4294967296', '9007199254740993', '1e300', '-1', '0.5', 'nan'])
      expect(read(layer(`convolution_param { num_output: ${size} kernel_size: ${size} }`)), size).to.throw(
        /^(prototxt|__proto__)/,
      );
    const wide = read(layer('convolution_param { num_output: 16777216 kernel_size: 9 pad: 16384 }'));
    expect(() => plan(wide().graph, { n: 1, c: 2, h: 9, w: 9 })).to.throw(Error, /__proto__|bytes/);
    const size = 'input_dim: 9007199254740991 '.repeat(3);
    const large = `input: "data" input_dim: 1 ${size} layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`;
    expect(read(large)).to.throw(ShapeError, 'should be of at most 1099511627776 elements');
  });

  it('nest as deep as nets do, and end', () => {
    expect(read('a {'.repeat(1e5))).to.throw(FormatError, 'messages nest more than 64 deep');
    expect(read(`a: ${'['.repeat(1e5)}`)).to.throw(FormatError, 'should be a value');
    expect(read(`name: "${'\\\\'.repeat(1e5)}`)).to.throw(FormatError, 'a string without an end');
  });

  it('hold as many numbers as the sizes of a blob say', () => {
    const blob = (dims: readonly number[]) => {
      const w = new PbfWriter();
      w.writeMessage(
        100,
        (_: null, layer) => {
          layer.writeStringField(1, '__proto__');
          layer.writeMessage(
            7,
            (_: null, b) => {
              b.writePackedFloat(5, [1]);
              b.writeMessage(7, (_: null, shape) => shape.writePackedVarint(1, [...dims]), null);
            },
            null,
          );
        },
        null,
      );
      return () => readCaffemodel(w.finish());
    };
    for (const dims of [[2], [HUGE], [HUGE, HUGE], [2 ** 32, 2 ** 32], [HUGE, 0]])
      expect(blob(dims), `${dims}`).to.throw(FormatError, `a blob [${dims}] with 1 values`);
    expect(blob(Array(1e5).fill(1))().layers[0]!.name).to.equal('__proto__');
  });
});

describe('hostile arrays and graphs', () => {
  it('of .npy end where their header says', () => {
    const npy = (header: string, length = header.length) =>
      joined([
        Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8),
        utf8(header),
      ]);
    const shaped = (shape: string) =>
      npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`);
    expect(() => readNpy(npy('{}', 65535))).to.throw(FormatError, 'a header of 65545 bytes in a file of 12');
    for (const shape of ['9007199254740993,', '4294967296, 4294967296', '1e9', '-1,', '99, '.repeat(400)])
      expect(() => readNpy(shaped(shape)), shape).to.throw(FormatError);
    expect(readNpy(shaped('0, 9007199254740993')).data).to.have.length(0);
  });

  it('of .safetensors hold as many bytes as their sizes say', () => {
    const file = (header: string) => {
      const head = new Uint8Array(8);
      new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
      return joined([head, utf8(header), new Uint8Array(4)]);
    };
    const tensor = (shape: string) =>
      file(`{"__proto__":{"dtype":"F32","shape":${shape},"data_offsets":[0,4]}}`);
    expect([...readSafetensors(tensor('[1]')).tensors.keys()]).to.deep.equal(['__proto__']);
    for (const shape of [
      '[9007199254740991,9007199254740991]',
      '[4294967296,4294967296,0]',
      '[1e308,1e308]',
      '[0]',
    ])
      expect(() => readSafetensors(tensor(shape)), shape).to.throw(FormatError, '__proto__: ');
  });

  it('of JSON have layers in their order, within bounds', () => {
    const graph = (...nodes: readonly object[]) => ({
      format: 'rarefy.graph',
      version: 1,
      name: 'g',
      nodes,
      outputs: [['y', 'b']],
    });
    const relu = (name: string, read: string) => ({
      name,
      kind: 'activation',
      inputs: [read],
      attrs: { kind: 'relu', slope: 0 },
    });
    expect(() => graphFromJson(graph(relu('a', 'b'), relu('b', 'a')))).to.throw(
      FormatError,
      "'a' reads 'b', should be a layer before it",
    );
    expect(() => graphFromJson(graph(relu('b', 'b')))).to.throw(FormatError, 'should be a layer before it');
    expect(() => graphFromJson(graph({ ...relu('b', 'b'), kind: 'constructor' }))).to.throw(FormatError);
    expect(() => graphFromJson(JSON.parse(`${'['.repeat(1e5)}${']'.repeat(1e5)}`))).to.throw(FormatError);
    const g = new Graph('wide');
    g.output(g.conv('conv', g.input('data', 2 ** 24), { out: 2 ** 24, kernel: 4096 }));
    const again = graphFromJson(JSON.parse(JSON.stringify(graphToJson(g))));
    expect(() => plan(again, { n: 1, c: 2 ** 24, h: 4096, w: 4096 })).to.throw(Error, /conv/);
  });
});

describe('hostile pictures', () => {
  const png = encodePng({ width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) });

  /** A chunk of a PNG file before its image. */
  const chunk = (type: string, data: Uint8Array) => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setUint32(0, data.length);
    head.set(utf8(type), 4);
    return joined([head, data, new Uint8Array(4)]);
  };
  const before = (...chunks: readonly Uint8Array[]) =>
    mendChunks(joined([png.subarray(0, 33), ...chunks, png.subarray(33)]));
  const zeros = zlibSync(new Uint8Array(2 ** 26));

  it('hold no more than their pixels', () => {
    expect(zeros.length).to.be.below(2 ** 17);
    expect(() => decodeImage(before(chunk('IDAT', zeros)))).to.throw(
      FormatError,
      'png: more image data than 1 x 1 pixels',
    );
    const profile = joined([utf8('icc\0\0'), zeros]);
    const size = process.memoryUsage().arrayBuffers;
    expect([...decodeImage(before(chunk('iCCP', profile))).rgba]).to.deep.equal([1, 2, 3, 4]);
    expect(process.memoryUsage().arrayBuffers - size).to.be.below(2 ** 24);
  });

  it('say sizes that their bytes can hold', () => {
    const claims = png.slice();
    new DataView(claims.buffer).setUint32(16, 2 ** 31 - 1);
    new DataView(claims.buffer).setUint32(20, 2 ** 31 - 1);
    expect(() => decodeImage(mendChunks(claims))).to.throw(FormatError, 'should be at least');
    const [jpeg] = jpegFiles();
    const at = jpeg!.findIndex((byte, i) => byte === 0xff && jpeg![i + 1] === 0xc0);
    const large = jpeg!.slice();
    large.set([0x36, 0xb0, 0x36, 0xb0], at + 5); // 14,000 x 14,000
    expect(() => decodeImage(large)).to.throw(FormatError, '14000 x 14000 pixels, should be at least');
    for (let length = 0; length < jpeg!.length; length += 7)
      expect(() => decodeImage(jpeg!.slice(0, length)), `${length} bytes`).to.throw(FormatError);
    for (let length = 0; length < png.length; length++)
      expect(() => decodeImage(png.slice(0, length)), `${length} bytes`).to.throw(FormatError);
  });
});
