import { expect } from 'chai';
import { headText } from '../../src/cli/commands/eval.js';
import { VOC_CLASSES } from '../../src/data/classes.js';
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

  it('has none for other classes in the same folders, and for geometry', () => {
    for (const [names, data, suffix] of [
      [['sky', 'road'], 'voc', ''],
      [['sky', 'horizontal', 'vertical'], 'siftflow', '_geo'],
      [VOC_CLASSES, 'folder', ''],
    ] as const)
      expect(headText(perfect(names, suffix), { data, net: 'net' })).to.not.contain("the paper's");
  });
});
