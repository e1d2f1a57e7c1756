import { expect } from 'chai';
import { bilinearFilter, isBilinear, isTwoByThree } from '../../src/lower/bilinear.js';
import type { FilterShape } from '../../src/lower/filter.js';

const SIZES = [
  [3, 2],
  [4, 2],
  [15, 8],
  [16, 8],
  [32, 16],
  [63, 32],
  [64, 32],
] as const;

/** Dense or grouped weights [I, O/G, k, k] with the bilinear filter on the diagonal. */
function weights(kernel: number, channels: number, groups: number): [Float32Array, FilterShape] {
  const taps = bilinearFilter(kernel);
  const perGroup = channels / groups;
  const shape: FilterShape = {
    out: channels,
    in: channels,
    kernel: [kernel, kernel],
    groups,
    transposed: true,
  };
  const data = new Float32Array(channels * perGroup * kernel * kernel);
  for (let i = 0; i < channels; i++)
    for (let u = 0; u < kernel; u++)
      for (let v = 0; v < kernel; v++)
        data[((i * perGroup + (i % perGroup)) * kernel + u) * kernel + v] = taps[u]! * taps[v]!;
  return [data, shape];
}

describe('bilinear filter', () => {
  for (const [kernel, stride] of SIZES) {
    it(`${kernel} taps are those of Caffe's filler and of the paper's net surgery`, () => {
      const half = Math.ceil(kernel / 2);
      const centre = kernel % 2 === 1 ? half - 1 : half - 0.5;
      for (const [u, tap] of bilinearFilter(kernel).entries()) {
        expect(tap).to.equal(1 - Math.abs(u - centre) / half);
        expect(tap).to.equal(1 - Math.abs(u / half - (kernel - 1) / (2 * half)));
      }
    });
    it(`${kernel} taps by ${stride} sum to 1 at every output`, () => {
      const taps = bilinearFilter(kernel);
      for (let phase = 0; phase < stride; phase++) {
        let sum = 0;
        for (let u = phase; u < kernel; u += stride) sum += taps[u]!;
        expect(sum).to.equal(1);
      }
    });
    it(`${kernel} taps are known again, dense and grouped`, () => {
      for (const groups of [1, 2, 4]) expect(isBilinear(...weights(kernel, 4, groups))).to.equal(true);
    });
  }
  it('is not known where another class leaks in or a tap differs', () => {
    const [leaking, shape] = weights(4, 3, 1);
    leaking[16] = 1e-6;
    expect(isBilinear(leaking, shape)).to.equal(false);
    const [learned] = weights(4, 3, 1);
    learned[5]! += 1e-5;
    expect(isBilinear(learned, shape)).to.equal(false);
    const everywhere = weights(4, 9, 9)[0];
    expect(isBilinear(everywhere, shape)).to.equal(false);
  });
  it('is not known in the weights of a convolution', () => {
    const [data, shape] = weights(4, 3, 3);
    expect(isBilinear(data, { ...shape, transposed: false })).to.equal(false);
  });

  it('meets two rows and three columns in a run of four pixels, or is said to meet more', () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16];
    const met = (window: number, first: number, pixels: number, stride: number): number =>
      Array.from({ length: 40 }, (_, i) => i * stride - 20 * stride).filter((at) =>
        Array.from({ length: pixels }, (_, lane) => first + lane - at).some((u) => u >= 0 && u < window),
      ).length;
    const found = { true: 0, false: 0 };
    for (const kernel of sizes)
      for (const stride of sizes)
        for (const origin of sizes.slice(0, 6)) {
          const firsts = Array.from({ length: stride }, (_, i) => i);
          const rows = Math.max(...firsts.map((py) => met(kernel, py, 1, stride)));
          const columns = Math.max(...firsts.map((run) => met(kernel, 4 * run + origin, 4, stride)));
          const expected = rows <= 2 && columns <= 3;
          const of = (o: number) =>
            isTwoByThree({ kernel: [kernel, kernel], stride: [stride, stride], origin: [0, o] });
          expect(of(origin), `${kernel} by ${stride} from ${origin}`).to.equal(expected);
          found[`${expected}`]++;
        }
    expect(Math.min(found.true, found.false)).to.be.above(50);
  });
});
