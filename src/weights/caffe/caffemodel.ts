import { type FixedRun, ProtoReader } from '../protobuf.js';
import type { WeightTensor } from '../weights.js';
import { typeOfV0, typeOfV1 } from './types.js';

/** A layer of a .caffemodel: what names it, and its numbers. */
export interface CaffeModelLayer {
  readonly name: string;
  /** As V2 files write it, whatever the file's form; '' where the file has none. */
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  /** With the file's own dims: V0 and V1 files write four, [1, 1, 1, C] for a bias. */
  readonly blobs: readonly WeightTensor[];
}

/** A .caffemodel: the blobs of each layer. */
export interface CaffeModel {
  readonly name: string;
  readonly layers: readonly CaffeModelLayer[];
}

type MutableLayer = { -readonly [K in 'name' | 'type']: string } & {
  bottoms: string[];
  tops: string[];
  blobs: WeightTensor[];
};

const emptyLayer = (): MutableLayer => ({ name: '', type: '', bottoms: [], tops: [], blobs: [] });

/**
 * Reads a NetParameter: layers of V0, V1 (field 2) and V2 (field 100) form. Numbers are views of `bytes`
 * where they lie aligned, so keep `bytes` unchanged while they are in use.
 * @throws FormatError with the byte offset, for anything broken; never returns part of a layer.
 */
export function readCaffemodel(bytes: Uint8Array): CaffeModel {
  const r = new ProtoReader('caffemodel', bytes);
  const layers: CaffeModelLayer[] = [];
  let name = '';
  r.fields((field) => {
    if (field === 1) name = r.string();
    else if (field === 2) layers.push(readV1(r));
    else if (field === 100) layers.push(readV2(r));
  });
  if (layers.length === 0) r.fail('no layers, should hold at least one');
  return { name, layers };
}

function readV2(r: ProtoReader): CaffeModelLayer {
  const layer = emptyLayer();
  r.message((field) => {
    if (field === 1) layer.name = r.string();
    else if (field === 2) layer.type = r.string();
    else if (field === 3) layer.bottoms.push(r.string());
    else if (field === 4) layer.tops.push(r.string());
    else if (field === 7) layer.blobs.push(readBlob(r));
  });
  return layer;
}

function readV1(r: ProtoReader): CaffeModelLayer {
  const layer = emptyLayer();
  r.message((field) => {
    if (field === 1) readV0(r, layer);
    else if (field === 2) layer.bottoms.push(r.string());
    else if (field === 3) layer.tops.push(r.string());
    else if (field === 4) layer.name = r.string();
    else if (field === 5) layer.type = typeOfV1(r.size());
    else if (field === 6) layer.blobs.push(readBlob(r));
  });
  return layer;
}

/** The description inside a V1 layer that V0 files have. */
function readV0(r: ProtoReader, layer: MutableLayer): void {
  r.message((field) => {
    if (field === 1) layer.name = r.string();
    else if (field === 2) layer.type = typeOfV0(r.string());
    else if (field === 50) layer.blobs.push(readBlob(r));
  });
}

function readBlob(r: ProtoReader): WeightTensor {
  const start = r.offset;
  const legacy = [0, 0, 0, 0];
  let isLegacy = false;
  const shape: number[] = [];
  const floats: FixedRun[] = [];
  const doubles: FixedRun[] = [];
  r.message((field) => {
    if (field >= 1 && field <= 4) {
      legacy[field - 1] = r.size();
      isLegacy = true;
    } else if (field === 5) floats.push(r.fixed(4));
    else if (field === 7)
      r.message((dim) => {
        if (dim === 1) for (const size of r.sizes()) shape.push(size);
      });
    else if (field === 8) doubles.push(r.fixed(8));
  });
  const dims = isLegacy ? legacy : shape;
  const wanted = dims.reduce((a, b) => a * b, 1);
  const runs = doubles.length > 0 ? doubles : floats;
  const count = runs.reduce((sum, run) => sum + run.count, 0);
  if (wanted !== count) r.fail(`a blob [${dims}] with ${count} values, should have ${wanted}`, start);
  return {
    dims,
    data: doubles.length > 0 ? readDoubles(r.bytes, runs, count) : readFloats(r.bytes, runs, count),
  };
}

function readFloats(bytes: Uint8Array, runs: readonly FixedRun[], count: number): Float32Array {
  const [run] = runs;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (run?.count === count && run.stride === 4 && (bytes.byteOffset + run.offset) % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset + run.offset, count);
  const data = new Float32Array(count);
  const target = new Uint8Array(data.buffer);
  let at = 0;
  for (const { offset, count: values, stride } of runs) {
    if (stride === 4) target.set(bytes.subarray(offset, offset + values * 4), at * 4);
    else for (let i = 0; i < values; i++) data[at + i] = view.getFloat32(offset + i * stride, true);
    at += values;
  }
  return data;
}

function readDoubles(bytes: Uint8Array, runs: readonly FixedRun[], count: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float32Array(count);
  let at = 0;
  for (const { offset, count: values, stride } of runs)
    for (let i = 0; i < values; i++) data[at++] = view.getFloat64(offset + i * stride, true);
  return data;
}
