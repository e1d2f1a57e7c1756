import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import {
  borderDistance,
  boundaryIU,
  countBoundaries,
  emptyBoundaryCounts,
  trimapConfusions,
} from '../../src/metrics/borders.js';
import {
  addConfusion,
  type Confusion,
  confusionFromCells,
  countLabels,
  emptyConfusion,
} from '../../src/metrics/confusion.js';
import { classesCsv, confusionCsv, scoresCsv } from '../../src/metrics/report.js';
import { labelsAtResolution } from '../../src/metrics/resolution.js';
import { scores } from '../../src/metrics/scores.js';
import { random } from '../random.js';

const counted = (classes: number, truth: number[], labels: number[], ignore?: number): Confusion => {
  const confusion = emptyConfusion(classes);
  countLabels(confusion, truth, labels, { ignore: ignore ?? null });
  return confusion;
};

/** Whole numbers below `levels`, in patches. */
const patches = (h: number, w: number, levels: number, seed: number, side = 5): number[] => {
  const values = random(h * w, seed);
  return Array.from({ length: h * w }, (_, i) => {
    const at = Math.floor(Math.floor(i / w) / side) * w + Math.floor((i % w) / side);
    return Math.floor(((values[at]! + 1) / 2) * levels);
  });
};

describe('confusion counts', () => {
  it('have a row for the truth and a column for the prediction', () => {
    expect([...counted(3, [0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 2, 2]).counts]).to.deep.equal([
      1, 1, 0, 0, 1, 0, 1, 0, 2,
    ]);
  });

  it('leave out what is ignored and what is no class', () => {
    expect([...counted(2, [0, 255, 1, -1, 2], [0, 7, 1, 9, 9]).counts]).to.deep.equal([1, 0, 0, 1]);
    expect([...counted(2, [0, 1, 1], [0, 5, 5], 1).counts]).to.deep.equal([1, 0, 0, 0]);
  });

  it('add up', () => {
    const both = counted(2, [0, 1], [1, 1]);
    addConfusion(both, counted(2, [0, 0], [1, 0]));
    expect([...both.counts]).to.deep.equal([...counted(2, [0, 1, 0, 0], [1, 1, 1, 0]).counts]);
  });

  it('refuse labels that are no class, and other sizes', () => {
    expect(() => counted(2, [0, 1], [0, 2])).to.throw(
      ShapeError,
      'confusion: label 2 at pixel 1, should be below 2',
    );
    expect(() => counted(2, [0, 1], [0])).to.throw(
      ShapeError,
      'confusion: 1 labels, should be 2 as in the truth',
    );
    expect(() => emptyConfusion(0)).to.throw(
      ShapeError,
      'confusion: 0 classes, should be a positive integer',
    );
    expect(() => addConfusion(emptyConfusion(2), emptyConfusion(3))).to.throw(ShapeError, 'of 3 classes');
  });

  it('come from the cells of the GPU, where none is outside', () => {
    expect([...confusionFromCells([4, 1, 0, 2, 3, 0], 2).counts]).to.deep.equal([4, 1, 2, 3]);
    expect(() => confusionFromCells([4, 1, 0, 2, 3, 6], 2)).to.throw(
      ShapeError,
      'confusion: 6 pixels with labels that are no class, should be below 2',
    );
  });
});

describe('scores', () => {
  it('are those worked by hand', () => {
    // Truth: 4, 3 and 1 pixels; right: 3, 2 and 0; unions: 5, 4 and 2.
    const got = scores(counted(3, [0, 0, 0, 0, 1, 1, 1, 2], [0, 0, 0, 1, 1, 1, 2, 0]));
    expect(got.pixelAcc).to.equal(5 / 8);
    expect(got.meanAcc).to.be.closeTo((3 / 4 + 2 / 3 + 0) / 3, 1e-15);
    expect(got.meanIU).to.be.closeTo((3 / 5 + 2 / 4 + 0) / 3, 1e-15);
    expect(got.fwIU).to.be.closeTo((4 * (3 / 5) + 3 * (2 / 4) + 0) / 8, 1e-15);
    expect(got.perClass[1]).to.deep.equal({
      label: 1,
      name: null,
      pixels: 3,
      predicted: 3,
      acc: 2 / 3,
      iu: 0.5,
    });
  });

  it('drop a class without truth from the mean accuracy, and from the mean IU if it is never predicted', () => {
    // Class 2 is in neither; class 3 is predicted, so its IU is 0.
    const got = scores(counted(4, [0, 0, 1, 1], [0, 0, 1, 3]));
    expect(got.meanAcc).to.equal((1 + 0.5) / 2);
    expect(got.meanIU).to.equal((1 + 0.5 + 0) / 3);
    expect(got.fwIU).to.equal(0.75);
    expect(got.perClass.map(({ iu }) => iu)).to.deep.equal([1, 0.5, null, 0]);
  });

  it('of present classes only drop a predicted class without truth, as on SIFT Flow', () => {
    const got = scores(counted(4, [0, 0, 1, 1], [0, 0, 1, 3]), { presentOnly: true });
    expect(got.meanIU).to.equal(0.75);
  });

  it('count labels beyond the scored classes as misses', () => {
    const confusion = counted(3, [0, 0, 1, 1, 2], [0, 2, 1, 0, 2], 2);
    const got = scores(confusion, { classes: 2 });
    expect(got.perClass.map(({ pixels, predicted, acc }) => [pixels, predicted, acc])).to.deep.equal([
      [2, 2, 0.5],
      [2, 1, 0.5],
    ]);
    expect([got.pixelAcc, got.meanAcc, got.meanIU]).to.deep.equal([0.5, 0.5, (1 / 3 + 1 / 2) / 2]);
    expect(() => scores(confusion, { classes: 4 })).to.throw(
      ShapeError,
      'scores: 4 classes, should be 1 to 3',
    );
  });

  it('of no pixels are undefined', () => {
    const { perClass, ...means } = scores(emptyConfusion(2), { names: ['sky', 'road'] });
    expect(means).to.deep.equal({ pixelAcc: null, meanAcc: null, meanIU: null, fwIU: null });
    expect(perClass[1]).to.deep.equal({
      label: 1,
      name: 'road',
      pixels: 0,
      predicted: 0,
      acc: null,
      iu: null,
    });
  });

  it('come as CSV', () => {
    const confusion = counted(3, [0, 0, 1, 1], [0, 0, 1, 0]);
    const got = scores(confusion, { names: ['a "b"', 'c, d', 'e'] });
    expect(scoresCsv(got)).to.equal(
      `pixelAcc,meanAcc,meanIU,fwIU\n0.75,0.75,${(2 / 3 + 1 / 2) / 2},${got.fwIU}\n`,
    );
    expect(classesCsv(got)).to.equal(
      `label,name,pixels,predicted,acc,iu\n0,"a ""b""",2,3,1,${2 / 3}\n1,"c, d",2,1,0.5,0.5\n2,e,0,0,,\n`,
    );
    expect(confusionCsv(confusion)).to.equal('truth,0,1,2\n0,2,0,0\n1,1,1,0\n2,0,0,0\n');
  });
});

describe('scores at borders', () => {
  it('measure the distance to another label in steps to any neighbour', () => {
    const [h, w] = [13, 17];
    for (const frame of [false, true]) {
      const labels = patches(h, w, 2, 3);
      const wanted = labels.map((label, i) => {
        const [y, x] = [Math.floor(i / w), i % w];
        let least = frame ? Math.min(y + 1, x + 1, h - y, w - x) : h + w;
        for (const [j, other] of labels.entries())
          if (other !== label)
            least = Math.min(least, Math.max(Math.abs(Math.floor(j / w) - y), Math.abs((j % w) - x)));
        return least;
      });
      expect([...borderDistance(labels, { h, w }, frame)]).to.deep.equal(wanted);
    }
    expect([...borderDistance([5, 5, 5, 5], { h: 2, w: 2 })]).to.deep.equal([4, 4, 4, 4]);
  });

  it('count the trimap of each width', () => {
    // A border between columns 2 and 3: width 1 holds columns 2 and 3, width 2 columns 1 to 4.
    const truth = [0, 0, 0, 1, 1, 1];
    const labels = [1, 0, 0, 0, 1, 1];
    const bands = trimapConfusions(truth, labels, { h: 1, w: 6 }, { classes: 2, widths: [2, 1, 3] });
    expect(bands.map(({ counts }) => [...counts])).to.deep.equal([
      [2, 0, 1, 1],
      [1, 0, 1, 0],
      [2, 1, 1, 2],
    ]);
    const all = counted(2, truth, labels);
    expect(trimapConfusions(truth, labels, { h: 1, w: 6 }, { classes: 2 }).at(-1)).to.deep.equal(all);
  });

  it('take ignored pixels as a border that does not count', () => {
    const bands = trimapConfusions([0, 0, 255, 0], [0, 0, 0, 0], { h: 1, w: 4 }, { classes: 1, widths: [1] });
    expect([...bands[0]!.counts]).to.deep.equal([2]);
  });

  it('give the boundary IU of masks eroded step by step', () => {
    const [h, w, classes] = [60, 80, 3];
    const [truth, labels] = [patches(h, w, classes, 5, 17), patches(h, w, classes, 5, 16)];
    truth[100] = 255;
    const into = emptyBoundaryCounts(classes);
    countBoundaries(into, truth, labels, { h, w }, { ignore: 255 });
    const steps = 2; // 2% of a diagonal of 100
    /** A mask less what is left of it after erosions by 3 x 3, zero beyond the frame. */
    const edge = (mask: boolean[]): boolean[] => {
      let left = mask;
      for (let step = 0; step < steps; step++) {
        const before = left;
        left = before.map((_, i) => {
          const [y, x] = [Math.floor(i / w), i % w];
          if (y === 0 || x === 0 || y === h - 1 || x === w - 1) return false;
          return [-w - 1, -w, 1 - w, -1, 0, 1, w - 1, w, w + 1].every((move) => before[i + move]);
        });
      }
      return mask.map((inside, i) => inside && !left[i]);
    };
    for (let c = 0; c < classes; c++) {
      const g = edge(truth.map((label) => label === c));
      const p = edge(labels.map((label, i) => label === c && truth[i] !== 255));
      expect(into.intersection[c]).to.equal(g.filter((inside, i) => inside && p[i]).length);
      expect(into.union[c]).to.equal(g.filter((inside, i) => inside || p[i]).length);
    }
    expect(boundaryIU(into).mean).to.be.within(0.1, 0.9);
    expect(boundaryIU(emptyBoundaryCounts(2))).to.deep.equal({ mean: null, perClass: [null, null] });
  });

  it('refuse maps of other sizes', () => {
    expect(() => borderDistance([1, 2], { h: 1, w: 3 })).to.throw(
      ShapeError,
      'border: 2 labels, should be 3 for 1 x 3 pixels',
    );
    expect(() => countBoundaries(emptyBoundaryCounts(2), [0], [2], { h: 1, w: 1 })).to.throw(
      ShapeError,
      'boundary: label 2 at pixel 0, should be below 2',
    );
  });
});

describe('labels at a lower resolution', () => {
  const [h, w] = [37, 50];
  const truth = patches(h, w, 4, 7);
  const bound = (factor: number) => {
    const confusion = emptyConfusion(4);
    countLabels(confusion, truth, labelsAtResolution(truth, { h, w }, factor, { classes: 4 }));
    return scores(confusion).meanIU!;
  };

  it('are the labels at factor 1, and worse the lower it is', () => {
    expect([...labelsAtResolution(truth, { h, w }, 1, { classes: 4 })]).to.deep.equal(truth);
    expect([bound(1), bound(2), bound(8)].toSorted((a, b) => b - a)).to.deep.equal([
      bound(1),
      bound(2),
      bound(8),
    ]);
    expect(bound(2)).to.be.within(0.5, 0.999);
  });

  it('interpolate the shares of cells', () => {
    // Cells of 2: shares of class 1 are 0, 1/2 and 1; between their centres 1/8, 3/8, 5/8, 7/8 of the way.
    expect([...labelsAtResolution([0, 0, 0, 1, 1, 1], { h: 1, w: 6 }, 2, { classes: 2 })]).to.deep.equal([
      0, 0, 0, 1, 1, 1,
    ]);
    expect([...labelsAtResolution([0, 0, 0, 1, 0, 0], { h: 1, w: 6 }, 2, { classes: 2 })]).to.deep.equal([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it('give ignored pixels no share', () => {
    expect([...labelsAtResolution([255, 255, 255, 1], { h: 2, w: 2 }, 2, { classes: 2 })]).to.deep.equal([
      1, 1, 1, 1,
    ]);
    expect([...labelsAtResolution([0, 0, 0, 1], { h: 2, w: 2 }, 2, { classes: 2, ignore: 0 })]).to.deep.equal(
      [1, 1, 1, 1],
    );
  });

  it('refuse a factor that is none', () => {
    expect(() => labelsAtResolution(truth, { h, w }, 0, { classes: 4 })).to.throw(
      ShapeError,
      'resolution: factor 0, should be a positive integer',
    );
  });
});
