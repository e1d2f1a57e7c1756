import type { OnnxTensor } from '../weights/onnx/tensor.js';

/** Files of a case, relative to the folder that was walked. */
export interface ConformanceCase {
  /** The case's own folder. */
  readonly name: string;
  readonly kind: 'onnx' | 'caffe';
  readonly model: string;
  /** A caffemodel beside a prototxt. */
  readonly weights: string | null;
  /** What to feed and what to expect; none where no output is stored. */
  readonly sets: readonly ConformanceSet[];
}

/** Files in the order of the model's inputs and outputs, .pb or .npy. */
export interface ConformanceSet {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of a Caffe net: the blob of each output; the first output without a name. */
  readonly blobs?: readonly (string | null)[];
}

/** A case that did not pass, and the error or the largest difference. */
export interface Miss {
  readonly name: string;
  readonly why: string;
}

export interface ConformanceReport {
  readonly passed: readonly string[];
  /** Read and imported, but there was nothing to compare with. */
  readonly parsed: readonly string[];
  readonly failed: readonly Miss[];
  readonly unsupported: readonly Miss[];
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Files of a folder that are called `<what>_<number><ending>`, by number. */
function numbered(files: ReadonlySet<string>, folder: string, what: string): string[] {
  const found: string[] = [];
  for (let i = 0; ; i++) {
    const path = ['pb', 'npy'].map((end) => `${folder}${what}_${i}.${end}`).find((p) => files.has(p));
    if (!path) return found;
    found.push(path);
  }
}

/**
 * The cases among files of a folder: an ONNX backend case has a `model.onnx`, with `test_data_set_N/` or
 * `input_N.npy` and `output_N.npy` beside it; a Caffe case has a `deploy.prototxt`, with `output.npy` or
 * `output_<blob>.npy`, and `input.npy` or a `blob.npy` that a folder above shares.
 * @param paths relative, with slashes.
 * @param root what a case in the folder itself is called.
 */
export function findCases(paths: readonly string[], root: string): ConformanceCase[] {
  const files = new Set(paths);
  const cases: ConformanceCase[] = [];
  for (const path of [...paths].sort()) {
    const folder = folderOf(path);
    const at = folder && `${folder}/`;
    const name = folder || root;
    if (path === `${at}model.onnx`)
      cases.push({ name, kind: 'onnx', model: path, weights: null, sets: onnxSets(files, at) });
    if (path === `${at}deploy.prototxt`) {
      const beside = paths.filter((p) => folderOf(p) === folder).sort();
      const weights = beside.find((p) => p.endsWith('.caffemodel')) ?? null;
      cases.push({ name, kind: 'caffe', model: path, weights, sets: caffeSets(files, folder, beside) });
    }
  }
  return cases;
}

function onnxSets(files: ReadonlySet<string>, at: string): ConformanceSet[] {
  const set = (folder: string): ConformanceSet => ({
    inputs: numbered(files, folder, 'input'),
    outputs: numbered(files, folder, 'output'),
  });
  const beside = set(at);
  const sets = beside.outputs.length > 0 ? [beside] : [];
  for (let i = 0; ; i++) {
    const found = set(`${at}test_data_set_${i}/`);
    if (found.outputs.length === 0) return sets;
    sets.push(found);
  }
}

/** A file of this name in the folder or in one above. */
function shared(files: ReadonlySet<string>, folder: string, name: string): string | undefined {
  const path = folder ? `${folder}/${name}` : name;
  if (files.has(path)) return path;
  return folder ? shared(files, folderOf(folder), name) : undefined;
}

function caffeSets(files: ReadonlySet<string>, folder: string, beside: readonly string[]): ConformanceSet[] {
  const at = folder && `${folder}/`;
  const named = beside.map((path) => ({
    path,
    found: /^output(?:_(.+))?\.npy$/.exec(path.slice(at.length)),
  }));
  const outputs = named.filter(({ found }) => found);
  if (outputs.length === 0) return [];
  const own = `${at}input.npy`;
  const input = files.has(own) ? own : shared(files, folder, 'blob.npy');
  return [
    {
      inputs: input ? [input] : [],
      outputs: outputs.map(({ path }) => path),
      blobs: outputs.map(({ found }) => found![1] ?? null),
    },
  ];
}

/** How far values may be off: |a - b| <= absolute + relative * |b|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** Whether a tensor is as expected. Returns what is wrong, or null. */
export function difference(what: string, have: OnnxTensor, want: OnnxTensor, t: Tolerance): string | null {
  if (have.type !== want.type) return `${what}: ${have.type}, should be ${want.type}`;
  if (have.dims.join() !== want.dims.join())
    return `${what}: [${have.dims.join(', ')}], should be [${want.dims.join(', ')}]`;
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < want.data.length; i++) {
    const [a, b] = [have.data[i]!, want.data[i]!];
    if (Object.is(a, b) || a === b) continue;
    const over = Math.abs(a - b) - t.absolute - t.relative * Math.abs(b);
    if (!(over > excess || Number.isNaN(over))) continue;
    worst = i;
    excess = Number.isNaN(over) ? Number.POSITIVE_INFINITY : over;
  }
  return worst < 0 ? null : `${what}: element ${worst} is ${have.data[worst]}, should be ${want.data[worst]}`;
}
