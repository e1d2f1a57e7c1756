import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ConformanceReport } from '../../src/page/conformance.js';
import { operatorCases } from '../onnx/cases.js';
import { modelFile, type OperatorCase, tensorFile } from '../onnx/files.js';
import { expected, writeCase } from '../onnx/oracle.js';
import { rarefy, report, temporaryFolder, testData } from './rarefy.js';

const reference = testData('reference');
const stored = readdirSync(reference, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const [sample = ''] = stored;

const data = { type: 'float32', dims: [2, 2], data: [1, 2, 3, 4] } as const;
const relu: OperatorCase = {
  name: 'relu',
  op: 'Relu',
  opset: 14,
  attributes: {},
  inputs: [data],
  outputs: 1,
};

describe('rarefy conformance', () => {
  const inFolder = temporaryFolder();

  it('passes the committed ONNX cases and the Caffe net (long)', async () => {
    const { passed, parsed, failed, unsupported } = await report<ConformanceReport>(
      'conformance',
      testData('.'),
    );
    expect(failed).to.deep.equal([]);
    expect(unsupported).to.deep.equal([]);
    expect(parsed).to.deep.equal([]);
    expect(passed).to.have.members([
      ...stored.map((name) => `reference/${name}`),
      'reference-nets/mini_fcn8s',
    ]);
  });

  it('goes on behind cases that fail, and sorts each by what became of it', async () => {
    const root = inFolder('mixed');
    const folder = (name: string) => {
      const at = join(root, 'suite', name);
      mkdirSync(at, { recursive: true });
      return at;
    };
    cpSync(join(reference, sample), folder('good'), { recursive: true });
    // Off by more than the tolerance, of another type, of another shape.
    await writeCase(join(root, 'suite'), { ...relu, name: 'off' }, [{ ...data, data: [1, 2, 3, 4.1] }]);
    await writeCase(join(root, 'suite'), { ...relu, name: 'typed' }, [{ ...data, type: 'float64' }]);
    await writeCase(join(root, 'suite'), { ...relu, name: 'shaped' }, [{ ...data, dims: [4] }]);
    await writeCase(join(root, 'suite'), { ...relu, name: 'foreign', op: 'Det' }, [data]);
    const broken = folder('broken');
    cpSync(join(reference, sample), broken, { recursive: true });
    const model = join(broken, 'model.onnx');
    writeFileSync(model, readFileSync(model).subarray(0, 40));
    writeFileSync(join(folder('bare'), 'model.onnx'), modelFile(relu));
    const arrays = folder('arrays');
    writeFileSync(join(arrays, 'model.onnx'), modelFile(relu));
    writeFileSync(join(arrays, 'input_0.npy'), 'no array');
    writeFileSync(join(arrays, 'output_0.npy'), tensorFile(data));
    const caffe = folder('caffe');
    writeFileSync(
      join(caffe, 'deploy.prototxt'),
      readFileSync(testData('reference-nets/mini_fcn8s/deploy.prototxt')),
    );

    const { code, stdout, stderr } = await rarefy('conformance', root, '--json');
    expect(code, stderr).to.equal(1);
    const { passed, parsed, failed, unsupported }: ConformanceReport = JSON.parse(stdout);
    expect(passed).to.deep.equal(['suite/good']);
    expect(parsed).to.have.members(['suite/bare', 'suite/caffe']);
    const why = new Map(failed.map((miss) => [miss.name, miss.why]));
    expect([...why.keys()]).to.have.members(
      ['off', 'typed', 'shaped', 'broken', 'arrays'].map((name) => `suite/${name}`),
    );
    expect(why.get('suite/off')).to.equal("output 'y0': element 3 is 4, should be 4.099999904632568");
    expect(why.get('suite/typed')).to.equal("output 'y0': float32, should be float64");
    expect(why.get('suite/shaped')).to.equal("output 'y0': [2, 2], should be [4]");
    expect(why.get('suite/broken')).to.match(/^FormatError: onnx: /);
    expect(why.get('suite/arrays')).to.match(/^FormatError: npy: /);
    expect(unsupported).to.deep.equal([
      {
        name: 'suite/foreign',
        why: 'UnsupportedError: y0 (Det): an operator that this project does not run',
      },
    ]);
    expect(stderr).to.contain('suite/off');
  });

  it('says what there should be in a folder without cases', async () => {
    mkdirSync(inFolder('empty'));
    const { code, stderr } = await rarefy('conformance', inFolder('empty'));
    expect(code).to.not.equal(0);
    expect(stderr).to.contain('should have folders with a model.onnx or a deploy.prototxt');
  });

  const operators = (folder: string, cases: readonly OperatorCase[]) => async () => {
    const root = inFolder(folder);
    for (const c of cases) await writeCase(root, c, await expected(c));
    const { passed, failed, unsupported } = await report<ConformanceReport>('conformance', root);
    expect(failed).to.deep.equal([]);
    expect(unsupported).to.deep.equal([]);
    expect(passed).to.have.members(cases.map(({ name }) => name));
  };

  it(
    'agrees with onnxruntime on every fifth operator case (long)',
    operators(
      'some',
      operatorCases.filter((_, i) => i % 5 === 0),
    ),
  );

  it(
    `agrees with onnxruntime on all ${operatorCases.length} operator cases (long)`,
    operators('all', operatorCases),
  );
});
