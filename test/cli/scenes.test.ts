import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { decode } from 'fast-png';
import { diskFiles } from '../../src/cli/data_files.js';
import { openDataSet } from '../../src/data/open.js';
import { decodePng } from '../../src/image/png.js';
import { SCENE_CLASSES } from '../../src/scenes/classes.js';
import { scene } from '../../src/scenes/scene.js';
import { refusal, report, temporaryFolder } from './rarefy.js';

describe('rarefy scenes', () => {
  const inFolder = temporaryFolder();

  it('writes pictures, labels, depth and geometry that read as PASCAL VOC', async () => {
    const out = inFolder('made');
    const made = await report<{ train: number; val: number; shares: Record<string, number> }>(
      ...['scenes', '--seed', '4', '--count', '5', '--size', '48x64', '--out', out],
    );
    expect([made.train, made.val]).to.deep.equal([5, 2]);
    expect(Object.keys(made.shares)).to.deep.equal(SCENE_CLASSES);
    expect(Object.values(made.shares).reduce((a, b) => a + b)).to.be.closeTo(1, 1e-9);
    const data = await openDataSet(`voc:${out},names=${out}/names.txt`, diskFiles);
    const generated = await openDataSet('scenes:4,5,48x64', diskFiles);
    expect(data.heads[0]!.names).to.deep.equal(SCENE_CLASSES);
    for (const split of ['train', 'val']) {
      expect(await data.ids(split)).to.deep.equal(await generated.ids(split));
      for (const id of await data.ids(split)) {
        const [read, wanted] = [await data.load(id), await generated.load(id)];
        expect(read).to.deep.equal(wanted);
      }
    }
    const { depth, fullDepth, geometry, intrinsics } = scene(4, 3, 48, 64);
    const png = (folder: string) => decode(readFileSync(`${out}/${folder}/3.png`));
    expect(png('Depth')).to.include({ width: 64, height: 48, depth: 16, channels: 1 });
    expect([...png('Depth').data]).to.deep.equal([...depth]);
    expect([...png('DepthFilled').data]).to.deep.equal([...fullDepth]);
    expect([...png('GeometryClass').data]).to.deep.equal([...geometry]);
    expect(JSON.parse(readFileSync(`${out}/intrinsics.json`, 'utf8'))['3']).to.deep.equal(intrinsics);
  });

  it('draws a sheet alone', async () => {
    const sheet = inFolder('sheet.png');
    await report('scenes', '--size', '32x32', '--sheet', sheet, '--out', inFolder('none'));
    expect(decodePng(readFileSync(sheet))).to.include({ width: 256, height: 64 });
    expect(existsSync(inFolder('none'))).to.equal(false);
  });

  it('refuses sizes and counts that are none', async () => {
    expect(await refusal('scenes', '--size', '128')).to.contain(
      'should be SEED,COUNT,HxW as in 1,500,128x128',
    );
    expect(await refusal('scenes', '--count', '0')).to.contain('0 scenes, should be 1 to 1000000');
  });
});
