// Operator cases as folders of the backend tests' layout, expected outputs by onnxruntime. In Node alone.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type CaseTensor,
  type CaseType,
  elements,
  inputName,
  modelFile,
  type OperatorCase,
  outputName,
  tensorFile,
} from './files.js';

/** What onnxruntime makes of a case, output by output. */
export async function expected(c: OperatorCase): Promise<CaseTensor[]> {
  const session = await InferenceSession.create(modelFile(c), { logSeverityLevel: 4, intraOpNumThreads: 1 });
  try {
    const feeds = c.inputs.flatMap((x, i) =>
      x
        ? [[inputName(i), new Tensor(x.type as 'float32', elements(x) as Float32Array, x.dims)] as const]
        : [],
    );
    const results = await session.run(Object.fromEntries(feeds));
    return Array.from({ length: c.outputs }, (_, i) => {
      const { type, dims, data } = results[outputName(i)]!;
      return { type: type as CaseType, dims, data: Array.from(data as Float32Array, Number) };
    });
  } finally {
    await session.release();
  }
}

/** Writes a case and these outputs into a folder of its name. */
export async function writeCase(
  folder: string,
  c: OperatorCase,
  outputs: readonly CaseTensor[],
): Promise<void> {
  const at = join(folder, c.name);
  const set = join(at, 'test_data_set_0');
  await mkdir(set, { recursive: true });
  await writeFile(join(at, 'model.onnx'), modelFile(c, outputs));
  const given = c.inputs.filter((x) => x !== null);
  for (const [i, x] of given.entries()) await writeFile(join(set, `input_${i}.pb`), tensorFile(x));
  for (const [i, y] of outputs.entries()) await writeFile(join(set, `output_${i}.pb`), tensorFile(y));
}
