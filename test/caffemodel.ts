import { PbfWriter } from 'pbf';
import type { CaffeModel, CaffeModelLayer } from '../src/weights/caffe/caffemodel.js';
import type { WeightTensor } from '../src/weights/weights.js';

export interface CaffemodelForm {
  readonly version: 'V0' | 'V1' | 'V2';
  /** Values as one packed field, or each with its tag. */
  readonly packed: boolean;
  /** num, channels, height, width instead of a shape. */
  readonly legacy: boolean;
  readonly double: boolean;
}

export const forms: readonly CaffemodelForm[] = (['V0', 'V1', 'V2'] as const).flatMap((version) =>
  [true, false].flatMap((packed) =>
    [true, false].flatMap((legacy) => [true, false].map((double) => ({ version, packed, legacy, double }))),
  ),
);

export const showForm = (f: CaffemodelForm): string =>
  `${f.version}, ${f.packed ? 'packed' : 'unpacked'} ${f.double ? 'doubles' : 'floats'}, ${f.legacy ? 'four dims' : 'a shape'}`;

/** V1's enum and V0's words for the types that tests write. */
const V1_TYPES = new Map([
  ['Convolution', 4],
  ['InnerProduct', 14],
  ['ReLU', 18],
  ['Deconvolution', 39],
]);
const V0_TYPES = new Map([
  ['Convolution', 'conv'],
  ['InnerProduct', 'innerproduct'],
  ['ReLU', 'relu'],
]);

/** Writes a .caffemodel of any form that Caffe has had. Legacy dims need blobs of at most four. */
export function writeCaffemodel(model: CaffeModel, form: CaffemodelForm): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeStringField(1, model.name);
  for (const layer of model.layers) {
    if (form.version === 'V2') pbf.writeMessage(100, writeV2, { layer, form });
    else pbf.writeMessage(2, form.version === 'V1' ? writeV1 : writeV0, { layer, form });
  }
  return pbf.finish().slice();
}

type Written = { layer: CaffeModelLayer; form: CaffemodelForm };

function strings(pbf: PbfWriter, field: number, values: readonly string[]): void {
  for (const value of values) pbf.writeStringField(field, value);
}

function writeV2({ layer, form }: Written, pbf: PbfWriter): void {
  pbf.writeStringField(1, layer.name);
  pbf.writeStringField(2, layer.type);
  strings(pbf, 3, layer.bottoms);
  strings(pbf, 4, layer.tops);
  for (const blob of layer.blobs) pbf.writeMessage(7, writeBlob, { blob, form });
  pbf.writeVarintField(10, 1); // phase: a field that the reader skips
}

function writeV1({ layer, form }: Written, pbf: PbfWriter): void {
  strings(pbf, 2, layer.bottoms);
  strings(pbf, 3, layer.tops);
  pbf.writeStringField(4, layer.name);
  pbf.writeVarintField(5, V1_TYPES.get(layer.type)!);
  for (const blob of layer.blobs) pbf.writeMessage(6, writeBlob, { blob, form });
}

function writeV0({ layer, form }: Written, pbf: PbfWriter): void {
  const inner = (_: null, p: PbfWriter) => {
    p.writeStringField(1, layer.name);
    p.writeStringField(2, V0_TYPES.get(layer.type)!);
    for (const blob of layer.blobs) p.writeMessage(50, writeBlob, { blob, form });
  };
  pbf.writeMessage(1, inner, null);
  strings(pbf, 2, layer.bottoms);
  strings(pbf, 3, layer.tops);
}

function writeBlob({ blob, form }: { blob: WeightTensor; form: CaffemodelForm }, pbf: PbfWriter): void {
  const { dims } = blob;
  const data = [...blob.data];
  if (form.legacy) {
    const four = [...Array(4 - dims.length).fill(1), ...dims];
    for (const [i, size] of four.entries()) pbf.writeVarintField(1 + i, size);
  } else pbf.writeMessage(7, (sizes: number[], p) => p.writePackedVarint(1, sizes), [...dims]);
  if (form.packed && form.double) pbf.writePackedDouble(8, data);
  else if (form.packed) pbf.writePackedFloat(5, data);
  else if (form.double) for (const value of data) pbf.writeDoubleField(8, value);
  else for (const value of data) pbf.writeFloatField(5, value);
}
