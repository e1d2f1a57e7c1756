import { broken, type CaffeLayer } from './forms.js';
import type { TextMessage } from './message.js';

/** Sizes of a blob along Caffe's axes, four of them for images; null where the file does not say. */
export type CaffeDims = readonly (number | null)[];

/** An input blob of a .prototxt. */
export interface CaffeInput {
  /** Name of the blob. */
  readonly name: string;
  /** [N, C, H, W] as deployed; null where nothing is known of them. */
  readonly dims: CaffeDims | null;
}

type Reader = (layer: CaffeLayer) => readonly (CaffeDims | null)[];

/** `input` with four `input_dim` or one `input_shape` each. */
export function declaredInputs(net: TextMessage): CaffeInput[] {
  const names = net.strings('input');
  const shapes = net.messages('input_shape').map((m) => m.sizes('dim'));
  const dims = net.sizes('input_dim');
  for (let i = 0; shapes.length < names.length && i < dims.length; i += 4) shapes.push(dims.slice(i, i + 4));
  if (shapes.length > 0 && shapes.length !== names.length)
    broken(`${names.length} inputs with ${shapes.length} shapes, should be one each`, net);
  return names.map((name, i) => ({ name, dims: shapes[i] ?? null }));
}

/** One shape for all tops of a layer, or one each. */
const shapes: Reader = ({ name, tops, params }) => {
  const given = params.messages('shape').map((m) => m.sizes('dim'));
  if (given.length > 1 && given.length !== tops.length)
    broken(`layer '${name}' of ${tops.length} tops with ${given.length} shapes, should be one each`, params);
  return tops.map((_, i) => (given.length === 1 ? given[0]! : (given[i] ?? null)));
};

/** Shapes, or lists of four sizes as older files have them. */
const dummy: Reader = (layer) => {
  if (layer.params.has('shape')) return shapes(layer);
  const lists = ['num', 'channels', 'height', 'width'].map((field) => layer.params.sizes(field));
  return layer.tops.map((_, i) => lists.map((list) => list[i] ?? list[0] ?? null));
};

/** Images behind `transform_param`, of so many channels, and their labels. */
function images({ params }: CaffeLayer, channels: number | null): (CaffeDims | null)[] {
  const means = params.numbers('mean_value').length;
  const size = (field: string) => params.size('crop_size') || params.size(field) || null;
  const n = params.size('batch_size') ?? null;
  const c = channels ?? (means > 1 ? means : null);
  return [[n, c, size('new_height'), size('new_width')], [n]];
}

const memory: Reader = ({ params }) => {
  const [n, c, h, w] = ['batch_size', 'channels', 'height', 'width'].map((f) => params.size(f) ?? null);
  return [[n!, c!, h!, w!], [n!]];
};

/** What the FCN authors' layers make, one image of any size at a time. */
const FCN_LAYERS = /^(VOC|SBDD|NYUD|SIFTFlow|PASCALContext)SegDataLayer$/;
const FCN_CHANNELS = new Map([
  ['data', 3],
  ['color', 3],
  ['hha', 3],
  ['depth', 1],
]);

const python: Reader = ({ tops, params }) =>
  tops.map((top) => {
    const channels = FCN_LAYERS.test(params.string('layer') ?? '') && FCN_CHANNELS.get(top);
    return channels ? [1, channels, null, null] : null;
  });

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['Data', (layer) => images(layer, null)],
  ['DummyData', dummy],
  ['HDF5Data', () => []],
  ['ImageData', (layer) => images(layer, layer.params.boolean('is_color') === false ? 1 : 3)],
  ['Input', shapes],
  ['MemoryData', memory],
  ['Python', python],
  ['WindowData', (layer) => images(layer, 3)],
]);

/** Whether a layer makes its tops from nothing that the net has. */
export const isData = (layer: CaffeLayer): boolean => READERS.has(layer.type) && layer.bottoms.length === 0;

/** The blobs that a data layer makes, which a run is given instead. Its files are not opened. */
export function dataInputs(layer: CaffeLayer): CaffeInput[] {
  const dims = READERS.get(layer.type)!(layer);
  return layer.tops.map((name, i) => ({ name, dims: dims[i] ?? null }));
}
