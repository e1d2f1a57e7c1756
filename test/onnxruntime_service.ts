// onnxruntime for tests that run in a page: the test runner runs it in Node.
import { readSafetensors } from '../src/weights/safetensors.js';
import { weightsOf } from '../src/weights/safetensors_values.js';
import { writeSafetensors } from '../src/weights/safetensors_write.js';
import type { Weights } from '../src/weights/weights.js';
import { ask } from './data.js';

/** Its name among the runner's services. */
export const ONNXRUNTIME = 'onnxruntime';

/** Where the model begins in what is posted, behind the length of the inputs. */
const HEAD = 8;

/** Runs a model, in parts, on inputs by name, and returns its outputs. In a page, Node or Deno. */
export async function askOnnxruntime(
  model: Iterable<Uint8Array<ArrayBuffer>>,
  inputs: Weights,
): Promise<Weights> {
  const given = writeSafetensors(inputs);
  const head = new Uint8Array(HEAD);
  new DataView(head.buffer).setBigUint64(0, BigInt(given.length), true);
  const answer = await ask(ONNXRUNTIME, new Blob([head, given, ...model]));
  return weightsOf(readSafetensors(answer));
}

/** The service: what `askOnnxruntime` posts, through `run`, to what it reads. */
export const onnxruntimeService =
  (run: (model: Uint8Array, inputs: Weights) => Promise<Weights>) =>
  async (body: Uint8Array): Promise<Uint8Array> => {
    const from = HEAD + Number(new DataView(body.buffer, body.byteOffset).getBigUint64(0, true));
    const inputs = weightsOf(readSafetensors(body.subarray(HEAD, from)));
    return writeSafetensors(await run(body.subarray(from), inputs));
  };
