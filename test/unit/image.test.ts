import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encode as encodeWith } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { FormatError, ShapeError, UnsupportedError } from '../../src/errors.js';
import { decodeImage } from '../../src/image/decode.js';
import { coloured, mosaic } from '../../src/image/mosaic.js';
import { heatPalette, vocPalette } from '../../src/image/palette.js';
import { decodeLabels, decodePng, encodeLabels, encodePng } from '../../src/image/png.js';

const WIDTH = 19;
const HEIGHT = 13;
/** R = 13 x, G = 19 y, B = 255 - 6 x - 8 y. */
const ramp = Uint8Array.from({ length: 4 * WIDTH * HEIGHT }, (_, i) => {
  const x = (i >> 2) % WIDTH;
  const y = Math.floor((i >> 2) / WIDTH);
  return [13 * x, 19 * y, 255 - 6 * x - 8 * y, 255][i & 3]!;
});
const luma = (i: number) => 0.299 * ramp[4 * i]! + 0.587 * ramp[4 * i + 1]! + 0.114 * ramp[4 * i + 2]!;

const fromBase64 = (lines: readonly string[]) => Uint8Array.from(Buffer.from(lines.join(''), 'base64'));

/** The ramp by libjpeg, progressive, 4:4:4, quality 92. */
const PROGRESSIVE = fromBase64([
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8Q',
  'EBEQCgwSExIQEw8QEBD/2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ',
  'EBAQEBAQEBD/wgARCAANABMDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABgUH/8QAGAEBAQADAAAAAAAAAAAAAAAABgcC',
  'BQj/2gAMAwEAAhADEAAAAc6sOiRCKVaKuU+PGqIPSrRVz//EABoQAAIDAQEAAAAAAAAAAAAAAAADAQQFESH/2gAIAQEAAQUCRkCM',
  'gjI8RRUIoqIoq5//xAAcEQACAgMBAQAAAAAAAAAAAAAABQMhAQQxEiL/2gAIAQMBAT8BVNuWKm3LI23xixVuyUKt2SiPdk8YP//E',
  'ABsRAQACAgMAAAAAAAAAAAAAAAUAAwJhEiIx/9oACAECAQE/AUH9xB/czf7exBK6IJ2zNO7lP//EABYQAQEBAAAAAAAAAAAAAAAA',
  'ADIAIP/aAAgBAQAGPwIxjj//xAAaEAACAgMAAAAAAAAAAAAAAAAAITGhEcHR/9oACAEBAAE/IYDAVNBFUIqjFcP/2gAMAwEAAgAD',
  'AAAAEEyXf//EABQRAQAAAAAAAAAAAAAAAAAAACD/2gAIAQMBAT8QWBAEx//EABgRAQADAQAAAAAAAAAAAAAAAAARITHR/9oACAEC',
  'AQE/ENTQuNpZTHX/xAAZEAACAwEAAAAAAAAAAAAAAAAA8RAxQYH/2gAIAQEAAT8QWCw42VFFWwf/2Q==',
]);
/** Its luma by libjpeg, one component, quality 92. */
const GREY = fromBase64([
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8Q',
  'EBEQCgwSExIQEw8QEBD/wAALCAANABMBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABwYI/8QAIxAAAAMHBQEAAAAAAAAAAAAAAAUi',
  'AgMGByQyQRMhUqGiI//aAAgBAQAAPwDOpFKK2l6CIRSitpehaOZRfJmmxxCcRQOUJT5CIRQOUJT5Fq4gco0mdscR/9k=',
]);

const largestError = (rgba: Uint8Array, wanted: (i: number) => number) =>
  rgba.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted(i))), 0);

describe('png', () => {
  it('round-trips RGBA bytes', () => {
    const image = { width: WIDTH, height: HEIGHT, rgba: ramp.map((v, i) => (i & 3 ? v : v ^ 0x55)) };
    expect(decodePng(encodePng(image))).to.deep.equal(image);
  });
  it('decodes grey, grey with alpha, RGB and 16 bits', () => {
    const size = { width: 2, height: 1 };
    const rgba = (data: Uint8Array | Uint16Array, channels: number, depth: 8 | 16 = 8) => [
      ...decodePng(encodeWith({ ...size, data, channels, depth })).rgba,
    ];
    expect(rgba(Uint8Array.of(7, 200), 1)).to.deep.equal([7, 7, 7, 255, 200, 200, 200, 255]);
    expect(rgba(Uint8Array.of(7, 1, 200, 2), 2)).to.deep.equal([7, 7, 7, 1, 200, 200, 200, 2]);
    expect(rgba(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)).to.deep.equal([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(rgba(Uint16Array.of(257 * 9 + 100, 65535), 1, 16)).to.deep.equal([
      9, 9, 9, 255, 255, 255, 255, 255,
    ]);
  });
  it('decodes four labels to a byte', () => {
    const file = encodeWith({
      width: 5,
      height: 2,
      data: Uint8Array.of(0b00011011, 0b01000000, 0b11100100, 0b10000000),
      channels: 1,
      depth: 2,
      palette: [
        [0, 0, 0],
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    });
    expect([...decodeLabels(file).labels]).to.deep.equal([0, 1, 2, 3, 1, 3, 2, 1, 0, 2]);
    expect([...decodePng(file).rgba.subarray(8, 12)]).to.deep.equal([4, 5, 6, 255]);
  });
  it('round-trips labels with their palette', () => {
    const labels = Uint8Array.from({ length: 35 }, (_, i) => (i * 37) % 256);
    const file = encodeLabels(labels, { width: 7, height: 5 }, vocPalette());
    expect(decodeLabels(file)).to.deep.equal({ width: 7, height: 5, labels, palette: vocPalette() });
  });
  it('refuses a label without a colour', () => {
    expect(() => encodeLabels([0, 2], { width: 2, height: 1 }, new Uint8Array(8))).to.throw(
      ShapeError,
      "png: label 2, should be below the palette's 2",
    );
  });
  it('refuses a file cut off anywhere', () => {
    const file = encodePng({ width: WIDTH, height: HEIGHT, rgba: ramp });
    for (let length = 0; length < file.length; length++)
      expect(() => decodePng(file.subarray(0, length)), `${length} bytes`).to.throw(FormatError);
  });
  it('refuses a changed byte in the data, by its checksum', () => {
    const file = encodePng({ width: WIDTH, height: HEIGHT, rgba: ramp });
    file[60]! ^= 1;
    expect(() => decodePng(file)).to.throw(FormatError);
  });
  it('refuses zero pixels, and more than the file can hold', () => {
    const file = encodePng({ width: WIDTH, height: HEIGHT, rgba: ramp });
    const header = new DataView(file.buffer, file.byteOffset);
    header.setUint32(16, 0);
    expect(() => decodePng(file)).to.throw(FormatError, 'png: 0 x 13 pixels, should be at least 1 x 1');
    header.setUint32(16, 2 ** 31 - 1);
    expect(() => decodePng(file)).to.throw(FormatError, 'for 2147483647 x 13 pixels');
  });
  it('refuses interlaced files of less than 8 bits', () => {
    const file = encodeWith({ width: 4, height: 1, data: Uint8Array.of(27), channels: 1, depth: 2 });
    file[28] = 1;
    expect(() => decodePng(file)).to.throw(UnsupportedError, 'interlaced with 2 bits');
  });
});

describe('jpeg', () => {
  it('decodes a baseline file', () => {
    const file = encodeJpeg({ width: WIDTH, height: HEIGHT, data: Buffer.from(ramp) }, 95).data;
    const { width, height, rgba } = decodeImage(Uint8Array.from(file));
    expect([width, height]).to.deep.equal([WIDTH, HEIGHT]);
    expect(largestError(rgba, (i) => ramp[i]!)).to.be.at.most(8);
  });
  it('decodes a progressive file', () => {
    expect(largestError(decodeImage(PROGRESSIVE).rgba, (i) => ramp[i]!)).to.be.at.most(8);
  });
  it('decodes a grey file', () => {
    const grey = (i: number) => ((i & 3) === 3 ? 255 : luma(i >> 2));
    expect(largestError(decodeImage(GREY).rgba, grey)).to.be.at.most(3);
  });
  it('refuses a file cut off anywhere', () => {
    for (const file of [PROGRESSIVE, GREY]) {
      for (let length = 3; length < file.length; length++)
        expect(() => decodeImage(file.subarray(0, length)), `${length} bytes`).to.throw(FormatError);
    }
  });
});

describe('decodeImage', () => {
  it('refuses what is neither PNG nor JPEG', () => {
    expect(() => decodeImage(Uint8Array.of(0x47, 0x49, 0x46, 0x38, 0x39))).to.throw(
      FormatError,
      'image: 5 bytes that begin with 47 49 46 38, should be a PNG or JPEG file',
    );
  });
});

describe('mosaics', () => {
  const plain = (width: number, height: number, value: number) => ({
    ...{ width, height, rgba: new Uint8Array(4 * width * height).fill(value) },
  });
  const red = ({ rgba }: { rgba: Uint8Array }) => [...rgba.filter((_, i) => i % 4 === 0)];

  it('have each picture in its cell, and white between them and where there is none', () => {
    const made = mosaic([[plain(2, 1, 1), plain(1, 2, 2)], [plain(1, 1, 3)]], 1);
    expect([made.width, made.height]).to.deep.equal([5, 5]);
    const w = 255;
    expect(red(made)).to.deep.equal(
      [
        [1, 1, w, 2, w],
        [w, w, w, 2, w],
        [w, w, w, w, w],
        [3, w, w, w, w],
        [w, w, w, w, w],
      ].flat(),
    );
    expect(red(mosaic([[plain(1, 1, 4), plain(1, 1, 5)]]))).to.deep.equal([4, 5]);
  });

  it('of labels have their colours, and white where there is none', () => {
    const palette = Uint8Array.of(9, 8, 7, 255, 6, 5, 4, 255);
    const { rgba } = coloured([1, 0, 255], { width: 3, height: 1 }, palette);
    expect([...rgba]).to.deep.equal([6, 5, 4, 255, 9, 8, 7, 255, 255, 255, 255, 255]);
  });
});

describe('palettes', () => {
  it("gives VOC's colours", () => {
    const palette = vocPalette();
    const colour = (label: number) => [...palette.subarray(4 * label, 4 * label + 4)];
    expect(colour(0)).to.deep.equal([0, 0, 0, 255]);
    expect(colour(1)).to.deep.equal([128, 0, 0, 255]);
    expect(colour(15)).to.deep.equal([192, 128, 128, 255]); // person
    expect(colour(20)).to.deep.equal([0, 64, 128, 255]); // tvmonitor
    expect(colour(255)).to.deep.equal([224, 224, 192, 255]); // void
  });
  it('grows lighter from cold to hot', () => {
    const palette = heatPalette();
    const light = Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = palette.subarray(4 * i);
      return 0.299 * r! + 0.587 * g! + 0.114 * b!;
    });
    for (let i = 1; i < 256; i++) expect(light[i], `colour ${i}`).to.be.at.least(light[i - 1]!);
    expect([...palette.subarray(0, 4)]).to.deep.equal([0, 0, 4, 255]);
    expect([...palette.subarray(1020)]).to.deep.equal([252, 255, 164, 255]);
  });
});

const folder = process.env.RAREFY_DATA;

(folder ? describe : describe.skip)('pictures in RAREFY_DATA', () => {
  const found = folder ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
  const bytes = (path: string) => Uint8Array.from(readFileSync(join(folder!, path)));
  for (const path of found.filter((p) => /^(images|weights|voc-mini)\b.*\.(png|jpe?g)$/.test(p))) {
    it(`decodes ${path}`, () => {
      const { width, height, rgba } = decodeImage(bytes(path));
      expect(rgba.length).to.equal(4 * width * height);
      expect(new Set(rgba).size, 'levels').to.be.at.least(2);
    });
  }
  for (const path of found.filter((p) => /^voc-mini\b.*Class\b.*\.png$/.test(p))) {
    it(`reads the labels and VOC's palette of ${path}`, () => {
      const { labels, palette } = decodeLabels(bytes(path));
      for (const label of new Set(labels)) {
        expect(label <= 20 || label === 255, `label ${label}`).to.equal(true);
        expect([...palette!.subarray(4 * label, 4 * label + 4)]).to.deep.equal([
          ...vocPalette().subarray(4 * label, 4 * label + 4),
        ]);
      }
    });
  }
});
