import { expect } from 'chai';
import { headText } from '../../src/cli/commands/eval.js';
import { VOC_CLASSES } from '../../src/data/classes.js';
import { TRIMAP_WIDTHS } from '../../src/metrics/borders.js';
import { emptyConfusion } from '../../src/metrics/confusion.js';
import { PAPER_TABLES } from '../../src/metrics/paper.js';
import { scores } from '../../src/metrics/scores.js';

/** A head of which every pixel is right. */
function perfect(names: readonly string[], suffix = '') {
  const counts = emptyConfusion(names.length);
  for (const label of names.keys()) counts.counts[label * (names.length + 1)] = 4;
  return { ...scores(counts, { names }), suffix, boundaryIU: null, confusion: [] };
}

describe('what eval prints', () => {
  it("has the paper's rows below ours for a data set that it scores", () => {
    const text = headText(perfect(VOC_CLASSES), { data: 'voc', net: 'fcn8s' });
    expect(text).to.match(/^fcn8s +100\.0 +100\.0 +100\.0 +100\.0 +-$/m);
    expect(text).to.match(/^the paper's FCN-8s +90\.3 +75\.9 +62\.7 +83\.2/m);
    expect(text)
      .to.contain(PAPER_TABLES.voc!.title)
      .and.to.match(/^15 person +4 +100\.0 +100\.0$/m);
    const nyud = headText(perfect(['wall', 'floor']), { data: 'nyud', net: 'net' });
    expect(nyud).to.match(/^the paper's FCN-16s RGB-HHA +65\.4 +46\.1 +34\.0 +49\.5/m);
  });

  it("has the paper's accuracy of SIFT Flow's geometry, the only score that it prints of it", () => {
    const geometry = ['sky', 'horizontal', 'vertical'];
    const text = headText(perfect(geometry, '_geo'), { data: 'siftflow', net: 'net' });
    expect(text)
      .to.match(/^the paper's FCN-16s +94\.3 +- +- +-/m)
      .and.to.contain(PAPER_TABLES.siftflow!.title);
  });

  it('has mean IU in bands around borders', () => {
    const trimap = TRIMAP_WIDTHS.map((width) => ({ width, pixelAcc: 0.5, meanIU: width / 100 }));
    const text = headText({ ...perfect(['a', 'b']), trimap }, { data: 'folder', net: 'net' });
    expect(text)
      .to.match(/^pixels from a border +1 +2 +4 +8 +16 +32 +40$/m)
      .and.to.match(/^mean IU +1\.0 +2\.0 +4\.0 +8\.0 +16\.0 +32\.0 +40\.0$/m);
  });

  it('has none for other classes in the same folders, and for geometry elsewhere', () => {
    for (const [names, data, suffix] of [
      [['sky', 'road'], 'voc', ''],
      [['sky', 'horizontal', 'vertical'], 'scenes', '_geo'],
      [VOC_CLASSES, 'folder', ''],
    ] as const)
      expect(headText(perfect(names, suffix), { data, net: 'net' })).to.not.contain("the paper's");
  });
});
