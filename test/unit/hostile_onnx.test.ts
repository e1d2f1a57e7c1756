import { expect } from 'chai';
import { PbfWriter } from 'pbf';
import { FormatError, LimitError, UnsupportedError } from '../../src/errors.js';
import { plan } from '../../src/graph/plan.js';
import { graphFromJson, graphToJson } from '../../src/graph/serialise.js';
import {
  modelParts,
  type WrittenModel,
  type WrittenNode,
  type WrittenTensor,
} from '../../src/weights/onnx/export/file.js';
import { importOnnx, type OnnxOptions } from '../../src/weights/onnx/import.js';
import { readOnnxTensor } from '../../src/weights/onnx/model.js';
import { joined } from '../../src/weights/safetensors_write.js';

/** A size that no product of sizes survives. */
const HUGE = 2 ** 53 - 1;

describe('hostile ONNX models', () => {
  const floats = (dims: readonly number[], ...values: number[]) => ({
    type: 'float32' as const,
    dims,
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  });
  const ints = (...values: bigint[]) => ({
    type: 'int64' as const,
    dims: [values.length],
    bytes: new Uint8Array(BigInt64Array.from(values).buffer),
  });
  const node = (op: string, inputs: string[], output: string, name = output): WrittenNode => ({
    op,
    name,
    inputs,
    outputs: [output],
    attributes: {},
  });
  const model = (o: Partial<WrittenModel>) =>
    joined([
      ...modelParts({
        name: 'net',
        opset: 17,
        nodes: [node('Relu', ['x'], 'y')],
        tensors: new Map(),
        inputs: [{ name: 'x', dims: [1, 2, 3, 4] }],
        outputs: [{ name: 'y', dims: [] }],
        metadata: new Map(),
        ...o,
      }),
    ]);
  const read = (o: Partial<WrittenModel>, options?: OnnxOptions) => () => importOnnx(model(o), options);

  it('may name their inputs and layers as objects name what they all have', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    for (const name of names) {
      const o = {
        inputs: [{ name, dims: [1, 2, 3, 4] }],
        nodes: [node('Relu', [name], 'r', 'valueOf'), node('Relu', ['r'], 'y')],
      };
      const { graph } = read(o, { dims: {}, values: new Map() })();
      expect(graph.inputs.map((x) => x.name)).to.deep.equal([name]);
      const input = JSON.parse(`{"${name}":{"n":1,"c":2,"h":3,"w":4}}`);
      expect(plan(graph, input).steps.length).to.be.above(0);
      expect(graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph)))).inputs[0]!.name).to.equal(name);
    }
  });

  it('name no value twice, and read none that is not there', () => {
    expect(read({ nodes: [node('Relu', ['x'], 'y'), node('Neg', ['x'], 'y')] })).to.throw(
      FormatError,
      "y (Neg): output 'y' is a value already, names should differ",
    );
    expect(read({ nodes: [node('Relu', ['x'], 'x', 'again')] })).to.throw(
      FormatError,
      "output 'x' is a value",
    );
    expect(read({ inputs: [1, 2].map(() => ({ name: 'x', dims: [1, 2, 3, 4] })) })).to.throw(
      FormatError,
      "onnx: two inputs 'x', names should differ",
    );
    expect(read({ nodes: [node('Relu', ['nowhere'], 'y')] })).to.throw(
      FormatError,
      "y (Relu): input 'nowhere' is of no operator before it",
    );
    expect(read({ outputs: [{ name: 'nowhere', dims: [] }] })).to.throw(
      FormatError,
      "output 'nowhere' is of no operator",
    );
    expect(read({ nodes: [node('Add', ['x', 'b'], 'a'), node('Relu', ['a'], 'b')] })).to.throw(
      FormatError,
      "a (Add): input 'b' is of no operator before it",
    );
    // The same name for two operators is no ambiguity: values tell them apart.
    const twins = read({ nodes: [node('Relu', ['x'], 'r', 'twin'), node('Neg', ['r'], 'y', 'twin')] })();
    expect(twins.graph.nodes.map((n) => n.name)).to.deep.equal(['x', 'twin', 'twin:2']);
  });

  it('hold as many values as their sizes say', () => {
    const add = (dims: readonly number[]) =>
      read({ nodes: [node('Add', ['x', 'w'], 'y')], tensors: new Map([['w', floats(dims, 1)]]) });
    for (const dims of [[2], [0], [HUGE], [2 ** 32, 2 ** 32, 2 ** 32], [HUGE, HUGE, HUGE, HUGE], [HUGE, 0]])
      expect(add(dims), `${dims}`).to.throw(
        FormatError,
        `tensor 'w' [${dims.join(', ')}] with 1 values, should`,
      );
    expect(add([]), 'a scalar').not.to.throw();
    expect(add(Array(2000).fill(1)), 'of rank 2000').not.to.throw();
  });

  it('make up no tensor beyond what a caller allows', () => {
    const made = (op: string, inputs: readonly string[], ...sizes: bigint[]) =>
      read(
        {
          nodes: [node(op, [...inputs], 'big'), node('Relu', ['big'], 'y')],
          tensors: new Map<string, WrittenTensor>([
            ['shape', ints(...sizes)],
            ['one', floats([1], 1)],
          ]),
        },
        { maxElements: 2 ** 20 },
      );
    for (const sizes of [[2n ** 31n], [2n ** 40n, 2n ** 40n], [1n, 2n, 2n ** 20n, 4n]]) {
      expect(made('ConstantOfShape', ['shape'], ...sizes), `${sizes}`).to.throw(
        LimitError,
        'at most 1048576',
      );
      expect(made('Expand', ['one', 'shape'], ...sizes), `${sizes}`).to.throw(LimitError, 'at most 1048576');
    }
    expect(made('ConstantOfShape', ['shape'], -1n)).to.throw(/-1/);
  });

  it('open no file that they name', () => {
    const entry = ([key, value]: readonly [string, string], w: PbfWriter) => {
      w.writeStringField(1, key);
      w.writeStringField(2, value);
    };
    const w = new PbfWriter();
    w.writeVarintField(1, 1);
    w.writeVarintField(2, 1);
    w.writeStringField(8, 'secret');
    w.writeMessage(13, entry, ['location', '/etc/passwd'] as const);
    w.writeVarintField(14, 1);
    const message = "tensor 'secret' [1] lies in another file, its values should be in this one";
    expect(() => readOnnxTensor(w.finish())).to.throw(UnsupportedError, message);
  });

  it('nest no deeper than what is read of them', () => {
    let deep: Uint8Array = new Uint8Array();
    for (let i = 0; i < 5000; i++) {
      const w = new PbfWriter();
      w.writeBytesField(6, deep); // a graph in an attribute in a node in a graph
      deep = w.finish().slice();
    }
    const w = new PbfWriter();
    w.writeBytesField(7, deep);
    expect(() => importOnnx(joined([model({}), w.finish()]))).to.throw(FormatError, '2 graphs, should be 1');
    const own = new PbfWriter();
    own.writeBytesField(7, deep);
    expect(importOnnx(own.finish()).outputs).to.deep.equal([]);
  });
});
