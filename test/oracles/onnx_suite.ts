import { type OnnxTensor, readModel, readTensor } from './onnx.js';
import { channelMappings } from './onnx_channels.js';
import { spatialMappings } from './onnx_spatial.js';
import { windowMappings } from './onnx_windows.js';
import { NotApplicable, type Plan, planOnnx } from './run_onnx.js';

const MAPPINGS = new Map([...channelMappings, ...windowMappings, ...spatialMappings]);

/** Reads a file of a suite's folder. */
export type Files = (path: string) => Promise<Uint8Array>;

export interface OnnxCase {
  readonly name: string;
  readonly plan: Plan;
  /** Output `index`, and how far it is known to be from float64. */
  expected(index: number): Promise<OnnxTensor & { readonly error: number }>;
}

/** What a MANIFEST.json says of a case that matters here. */
interface Entry {
  /** Largest differences between each output and float64, where somebody measured them. */
  readonly check?: { readonly max_abs: readonly number[] };
}

export interface OnnxSuite {
  readonly cases: readonly OnnxCase[];
  /** Names of the cases that the operators do not cover, by reason. */
  readonly others: ReadonlyMap<string, readonly string[]>;
}

/** Reads the models and inputs of the cases in a folder's MANIFEST.json and maps them onto the operators. */
export async function loadSuite(folder: string, files: Files): Promise<OnnxSuite> {
  const manifest: Record<string, Entry> = JSON.parse(
    new TextDecoder().decode(await files(`${folder}/MANIFEST.json`)),
  );
  const cases: OnnxCase[] = [];
  const others = new Map<string, string[]>();
  await Promise.all(
    Object.entries(manifest).map(async ([name, { check }]) => {
      const at = `${folder}/${name}`;
      const model = readModel(await files(`${at}/model.onnx`));
      const data = async (what: string) => readTensor(await files(`${at}/test_data_set_0/${what}.pb`));
      const inputs = await Promise.all(model.inputs.map((_, i) => data(`input_${i}`)));
      try {
        const plan = planOnnx(model, inputs, MAPPINGS);
        const expected: OnnxCase['expected'] = async (index) => ({
          ...(await data(`output_${index}`)),
          error: check?.max_abs[index] ?? 0,
        });
        cases.push({ name, plan, expected });
      } catch (error) {
        if (!(error instanceof NotApplicable)) throw new Error(`${at}: ${error}`, { cause: error });
        const names = others.get(error.message) ?? [];
        others.set(error.message, [...names, name]);
      }
    }),
  );
  cases.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { cases, others };
}
