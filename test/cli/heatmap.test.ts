import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeImage } from '../../src/image/decode.js';
import type { HeatmapReport } from '../../src/page/jobs/heatmap.js';
import { extraFolder, report, success, temporaryFolder } from './rarefy.js';

/** Scores may differ from the stored ones by so much of the largest. */
const TOLERANCE = 1e-4;

/** How much likelier a class should be inside its box than outside. */
const CONTRAST = 4;

/** Photographs with one animal: its class and its box [x0, y0, x1, y1] in pixels. */
const ANIMALS = [
  ['cat.jpg', 281, [170, 17, 350, 352]],
  ['bald_eagle.jpeg', 22, [104, 202, 672, 392]],
  ['pelican.jpeg', 144, [83, 157, 468, 307]],
] as const;

type Report = HeatmapReport & { readonly out: string };

/** Mean probability over the cells whose centre lies in the box, and over the others. */
function inAndOut({ heatmap: map }: HeatmapReport, [x0, y0, x1, y1]: (typeof ANIMALS)[number][2]) {
  const sides = { inside: [] as number[], outside: [] as number[] };
  for (const [i, p] of map.probability.entries()) {
    const y = map.scale[0] * Math.floor(i / map.width) + map.shift[0];
    const x = map.scale[1] * (i % map.width) + map.shift[1];
    sides[x >= x0 && x <= x1 && y >= y0 && y <= y1 ? 'inside' : 'outside'].push(p);
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { inside: mean(sides.inside), outside: mean(sides.outside) };
}

function defineSqueezeNet(data: string) {
  const at = join(data, 'weights/squeezenet_v1.0_deepcompression');
  const model = [
    ...['--prototxt', join(at, 'deploy.prototxt')],
    ...['--model', join(at, 'squeezenet_v1.0_deepcompression.caffemodel')],
    ...['--labels', join(at, 'synset_words.txt')],
  ];
  const { expected } = JSON.parse(readFileSync(join(at, 'meta.json'), 'utf8')) as {
    expected: Record<string, { top5: number[]; top5_names: string[]; top5_logits: number[] }>;
  };
  const inFolder = temporaryFolder();
  const heatmap = (image: string, ...args: readonly string[]) =>
    report<Report>('heatmap', image, ...model, '--out', inFolder('out'), ...args);
  const picture = ({ out, files }: Report) => decodeImage(readFileSync(join(out, files[0]!)));

  for (const [name, wanted] of Object.entries(expected))
    it(`${name} at 227 x 227 has the stored top 5, in order`, async () => {
      const { top5 } = await heatmap(join(at, `reference/${name}_227.png`));
      expect(top5.map((t) => t.index)).to.deep.equal(wanted.top5);
      expect(top5.map((t) => t.name)).to.deep.equal(wanted.top5_names);
      const most = Math.max(...wanted.top5_logits);
      for (const [i, { score }] of top5.entries())
        expect(score).to.be.closeTo(wanted.top5_logits[i]!, TOLERANCE * most);
    });

  for (const [file, index, box] of ANIMALS)
    it(`class ${index} is ${CONTRAST} times as likely on the animal of ${file} as beside it`, async () => {
      const path = join(data, 'images', file);
      const found = await heatmap(path, '--class', `${index}`);
      const photo = decodeImage(readFileSync(path));
      expect([found.width, found.height]).to.deep.equal([photo.width, photo.height]);
      expect(found.heatmap.class).to.equal(index);
      expect(found.heatmap.probability).to.have.length(found.heatmap.width * found.heatmap.height);
      const { inside, outside } = inAndOut(found, box);
      expect(inside / outside).to.be.at.least(CONTRAST);
      const { width, height } = picture(found);
      expect([width, height]).to.deep.equal([photo.width, photo.height]);
    });

  it('--size stretches the photograph to height x width', async () => {
    const found = await heatmap(join(data, 'images/cat.jpg'), '--size', '227x259');
    expect([found.height, found.width]).to.deep.equal([227, 259]);
    expect([found.heatmap.height, found.heatmap.width]).to.deep.equal([15, 17]);
    const { height, width } = picture(found);
    expect([height, width]).to.deep.equal([227, 259]);
  });

  it('prints the top 5 with names, and the time of each layer or that there is none', async () => {
    const { stdout } = await success(
      'heatmap',
      join(at, 'reference/cat_227.png'),
      ...[...model, '--out', inFolder('out')],
    );
    const wanted = expected.cat!;
    const lines = [...stdout.matchAll(/^([1-5]) +(\d+\.\d+) +(.*)$/gm)];
    expect(lines.map(([, , , name]) => name)).to.deep.equal(wanted.top5_names);
    for (const [i, [, place, score]] of lines.entries()) {
      expect(Number(place)).to.equal(i + 1);
      expect(Number(score)).to.be.closeTo(wanted.top5_logits[i]!, 0.01);
    }
    expect(stdout).to.match(/^fire9\/concat +concat +[\d.]+|no time per layer/m);
  });
}

if (extraFolder) describe('rarefy heatmap, SqueezeNet', () => defineSqueezeNet(extraFolder!));
else
  describe('rarefy heatmap, SqueezeNet', () => {
    it.skip('on photographs: RAREFY_DATA names no folder');
  });
