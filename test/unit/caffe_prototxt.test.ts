import { expect } from 'chai';
import { FormatError } from '../../src/errors.js';
import { parsePrototxt } from '../../src/weights/caffe/prototxt.js';

describe('prototxt', () => {
  it('reads fields, messages with and without colon, lists, comments and separators', () => {
    const net = parsePrototxt(`# a net
      name: "a" ; layer { bottom: 'x', bottom: "y" kernel_size: 4 kernel_size: 5 }
      layer: { shape: < dim: [1, 2,3] dim: 4 > pool: MAX } # the end
      ratio: -.5e1 big: 0x10 old: 010 float: 1.5f flags: [true, false]`);
    const [first, second] = net.messages('layer');
    expect(net.string('name')).to.equal('a');
    expect(first!.strings('bottom')).to.eql(['x', 'y']);
    expect(first!.sizes('kernel_size')).to.eql([4, 5]);
    expect(second!.message('shape')!.sizes('dim')).to.eql([1, 2, 3, 4]);
    expect(second!.word('pool')).to.equal('MAX');
    expect(['ratio', 'big', 'old', 'float'].map((f) => net.number(f))).to.eql([-5, 16, 8, 1.5]);
    expect(net.words('flags')).to.eql(['true', 'false']);
    expect(net.string('absent')).to.equal(undefined);
    expect(net.messages('absent')).to.eql([]);
  });
  it('joins adjacent strings and decodes their escapes', () => {
    const text = String.raw`s: "it\'s" ' \"a\" \n' "\303\251\x41\u00e9"`;
    expect(parsePrototxt(text).string('s')).to.equal('it\'s "a" \néAé');
  });
  it('takes field names as names only', () => {
    const net = parsePrototxt('__proto__: 1 constructor { x: 2 }');
    expect(net.number('__proto__')).to.equal(1);
    expect(net.has('toString')).to.equal(false);
  });
  for (const [text, message] of [
    ['name: "a"\nlayer {\n  type: }', "prototxt: '}', should be a value (at line 3)"],
    ['layer {\n name: "a"', "prototxt: the end of the text, should be a field name or '}' (at line 2)"],
    ['a\n"b"', "prototxt: '\"b\"', should be ':' or '{' (at line 2)"],
    ['a: "b', 'prototxt: a string without an end, should end on its line (at line 1)'],
    ['a: [1 2]', "prototxt: '2', should be ',' or ']' (at line 1)"],
    ['a: ~', 'prototxt: "~", should be a name or a value (at line 1)'],
    ['}', "prototxt: '}', should be a field name (at line 1)"],
    [`${'a{'.repeat(100)}`, 'prototxt: messages nest more than 64 deep (at line 1)'],
    [String.raw`a: "\q"`, String.raw`prototxt: \q in a string, should be an escape such as \n (at line 1)`],
  ] as const) {
    it(`says what it met and what should be there: ${message}`, () => {
      expect(() => parsePrototxt(text)).to.throw(FormatError, message);
    });
  }
  it('says so when a field holds another kind of value', () => {
    const net = parsePrototxt('pad: "one"\npad_h: -1\nstride: 1 stride: 2\nbias_term: maybe');
    expect(() => net.number('pad')).to.throw(
      FormatError,
      'pad holds a string, should hold a number (at line 1)',
    );
    expect(() => net.size('pad_h')).to.throw(
      FormatError,
      'pad_h is -1, should be a whole number of at least 0 (at line 2)',
    );
    expect(() => net.size('stride')).to.throw(
      FormatError,
      'stride is given 2 times, should be given once (at line 3)',
    );
    expect(() => net.boolean('bias_term')).to.throw(
      FormatError,
      'bias_term is maybe, should be true or false (at line 4)',
    );
  });
  it('reads long lines, strings and comments', function () {
    this.timeout(20_000);
    expect(
      parsePrototxt(`# ${'x'.repeat(4e6)}\n${'\n'.repeat(1e6)}s: "${'y\\n'.repeat(1e6)}"`).string('s'),
    ).to.have.lengthOf(2e6);
  });
});
