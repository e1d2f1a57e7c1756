import { FormatError, UnsupportedError } from '../../errors.js';
import { parsePrototxt, TextMessage, type TextValue } from './prototxt.js';
import { typeOfV0, typeOfV1 } from './types.js';

/** A layer of a .prototxt. */
export interface CaffeLayer {
  readonly name: string;
  /** As V2 files write it, whatever the file's form. */
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  /** The fields of the layer's `*_param` messages, together. */
  readonly params: TextMessage;
}

/** An input blob of a .prototxt. */
export interface CaffeInput {
  /** Name of the blob. */
  readonly name: string;
  /** [N, C, H, W] as deployed; null where a data layer that was left out made it. */
  readonly dims: readonly number[] | null;
}

/** A net as its .prototxt describes it, in the TEST phase. */
export interface CaffeNet {
  readonly name: string;
  readonly inputs: readonly CaffeInput[];
  readonly layers: readonly CaffeLayer[];
  /** Layers that only training needs and that were left out: data, losses, accuracy. */
  readonly skipped: readonly { readonly name: string; readonly type: string }[];
}

const DATA = new Set(['Data', 'DummyData', 'HDF5Data', 'ImageData', 'MemoryData', 'WindowData']);

const SINKS = new Set([
  'Accuracy',
  'ContrastiveLoss',
  'EuclideanLoss',
  'HDF5Output',
  'HingeLoss',
  'InfogainLoss',
  'MultinomialLogisticLoss',
  'SigmoidCrossEntropyLoss',
  'Silence',
  'SoftmaxWithLoss',
]);

/**
 * Reads a .prototxt of V0, V1 (`layers`) or V2 (`layer`) form.
 * @throws FormatError with the line; UnsupportedError for a layer that training needs but that others read.
 */
export function readNet(text: string): CaffeNet {
  const net = parsePrototxt(text);
  const all = [
    ...net.messages('layers').map((m) => (m.has('layer') ? layerV0(m) : layerV1(m))),
    ...net.messages('layer').map(layerV2),
  ]
    .filter(({ message }) => runsInTest(message))
    .map(({ layer }) => layer);
  const inputs: CaffeInput[] = [...declaredInputs(net)];
  const layers: CaffeLayer[] = [];
  const skipped: CaffeLayer[] = [];
  for (const layer of all) {
    if (layer.type === 'Input') inputs.push(...inputLayer(layer));
    else if (DATA.has(layer.type) || SINKS.has(layer.type) || layer.type === 'Python') skipped.push(layer);
    else layers.push(layer);
  }
  const read = new Set(layers.flatMap((layer) => layer.bottoms));
  for (const { name, type, bottoms, tops } of skipped) {
    const needed = tops.filter((top) => read.has(top));
    if (needed.length > 0 && bottoms.length > 0)
      throw new UnsupportedError(
        `${name}: layers of type ${type} do not run, others read its '${needed[0]}'`,
      );
    inputs.push(...needed.map((top) => ({ name: top, dims: null })));
  }
  return {
    name: net.string('name') ?? '',
    inputs,
    layers,
    skipped: skipped.map(({ name, type }) => ({ name, type })),
  };
}

interface Described {
  readonly layer: CaffeLayer;
  /** Where the layer's phases stand. */
  readonly message: TextMessage;
}

const nameOf = (m: TextMessage): string =>
  m.string('name') ?? missing('a layer without a name, should have one', m);

function missing(what: string, m: TextMessage): never {
  throw new FormatError(`prototxt: ${what}`, m.line, 'line');
}

const described = (
  m: TextMessage,
  name: string,
  type: string | undefined,
  params: TextMessage,
): Described => ({
  layer: {
    name,
    type: type ?? missing(`layer '${name}' without a type, should have one`, m),
    bottoms: m.strings('bottom'),
    tops: m.strings('top'),
    params,
  },
  message: m,
});

const layerV2 = (m: TextMessage): Described => described(m, nameOf(m), m.string('type'), paramsOf(m));

function layerV1(m: TextMessage): Described {
  const type = m.word('type');
  return described(m, nameOf(m), type && typeOfV1(type), paramsOf(m));
}

/** V0 names that differ from V2's. */
const V0_FIELDS = new Map([
  ['biasterm', 'bias_term'],
  ['kernelsize', 'kernel_size'],
]);

function layerV0(m: TextMessage): Described {
  const inner = m.message('layer')!;
  const type = inner.string('type');
  const fields = new Map([...inner.fields].map(([key, values]) => [V0_FIELDS.get(key) ?? key, values]));
  return described(m, nameOf(inner), type && typeOfV0(type), new TextMessage(inner.line, fields));
}

function paramsOf(m: TextMessage): TextMessage {
  const fields = new Map<string, readonly TextValue[]>();
  for (const key of m.fields.keys()) {
    if (!key.endsWith('_param')) continue;
    for (const [name, values] of m.message(key)!.fields)
      fields.set(name, [...(fields.get(name) ?? []), ...values]);
  }
  return new TextMessage(m.line, fields);
}

/** Caffe's NetStateRule for the state { phase: TEST, level: 0 } without stages. */
function runsInTest(m: TextMessage): boolean {
  const meets = (rule: TextMessage) =>
    (rule.word('phase') ?? 'TEST') === 'TEST' &&
    (rule.number('min_level') ?? 0) <= 0 &&
    (rule.number('max_level') ?? 0) >= 0 &&
    rule.strings('stage').length === 0;
  const include = m.messages('include');
  return include.length > 0 ? include.some(meets) : !m.messages('exclude').some(meets);
}

/** `input` with four `input_dim` or one `input_shape` each. */
function declaredInputs(net: TextMessage): CaffeInput[] {
  const names = net.strings('input');
  const shapes = net.messages('input_shape').map((m) => m.sizes('dim'));
  const dims = net.sizes('input_dim');
  for (let i = 0; shapes.length < names.length && i < dims.length; i += 4) shapes.push(dims.slice(i, i + 4));
  if (shapes.length > 0 && shapes.length !== names.length)
    missing(`${names.length} inputs with ${shapes.length} shapes, should be one each`, net);
  return names.map((name, i) => ({ name, dims: shapes[i] ?? null }));
}

/** One shape for all of an Input layer's tops, or one each. */
function inputLayer({ name, tops, params }: CaffeLayer): CaffeInput[] {
  const shapes = params.messages('shape').map((m) => m.sizes('dim'));
  if (shapes.length > 1 && shapes.length !== tops.length)
    missing(
      `layer '${name}' of ${tops.length} tops with ${shapes.length} shapes, should be one each`,
      params,
    );
  return tops.map((top, i) => ({ name: top, dims: (shapes.length === 1 ? shapes[0] : shapes[i]) ?? null }));
}
