import { FormatError } from '../../errors.js';
import { TextMessage, type TextValue } from './message.js';
import { typeOfV0, typeOfV1 } from './types.js';

/** Factors of the solver's learning rate and weight decay; 1 where a file does not say. */
export interface CaffeRate {
  readonly lr: number;
  readonly decay: number;
}

/** A layer of a .prototxt. */
export interface CaffeLayer {
  readonly name: string;
  /** As V2 files write it, whatever the file's form. */
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  /** The fields of the layer's `*_param` messages, together. */
  readonly params: TextMessage;
  /** Of its blobs, weight first; shorter where the file says less. */
  readonly rates: readonly CaffeRate[];
  /** Factors of its tops in the sum of losses; none where the file does not say. */
  readonly lossWeights: readonly number[];
}

/** A layer and the message that says in which states of the net it is there. */
export interface Described {
  readonly layer: CaffeLayer;
  readonly message: TextMessage;
}

/** Throws a FormatError with the line of a message. */
export function broken(what: string, m: TextMessage): never {
  throw new FormatError(`prototxt: ${what}`, m.line, 'line');
}

/** Every layer of a net, of V0, V1 (`layers`) or V2 (`layer`) form. */
export const describedLayers = (net: TextMessage): Described[] => [
  ...net.messages('layers').map((m) => (m.has('layer') ? layerV0(m) : layerV1(m))),
  ...net.messages('layer').map(layerV2),
];

const nameOf = (m: TextMessage): string =>
  m.string('name') ?? broken('a layer without a name, should have one', m);

function described(
  m: TextMessage,
  o: {
    name: string;
    type: string | undefined;
    params: TextMessage;
    rates: readonly CaffeRate[];
  },
): Described {
  const layer = {
    ...o,
    type: o.type ?? broken(`layer '${o.name}' without a type, should have one`, m),
    bottoms: m.strings('bottom'),
    tops: m.strings('top'),
    lossWeights: m.numbers('loss_weight'),
  };
  return { layer, message: m };
}

function layerV2(m: TextMessage): Described {
  const rates = m
    .messages('param')
    .map((p) => ({ lr: p.number('lr_mult') ?? 1, decay: p.number('decay_mult') ?? 1 }));
  return described(m, { name: nameOf(m), type: m.string('type'), params: paramsOf(m), rates });
}

/** V0 and V1 give the factors of all blobs as two lists. */
function listedRates(m: TextMessage): CaffeRate[] {
  const [lr, decay] = [m.numbers('blobs_lr'), m.numbers('weight_decay')];
  return Array.from({ length: Math.max(lr.length, decay.length) }, (_, i) => ({
    lr: lr[i] ?? 1,
    decay: decay[i] ?? 1,
  }));
}

function layerV1(m: TextMessage): Described {
  const type = m.word('type');
  const params = paramsOf(m);
  return described(m, { name: nameOf(m), type: type && typeOfV1(type), params, rates: listedRates(m) });
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
  const params = new TextMessage(inner.line, fields);
  const rates = listedRates(inner);
  return described(m, { name: nameOf(inner), type: type && typeOfV0(type), params, rates });
}

function paramsOf(m: TextMessage): TextMessage {
  const fields = new Map<string, TextValue[]>();
  for (const key of m.fields.keys()) {
    if (!key.endsWith('_param')) continue;
    for (const [name, values] of m.message(key)!.fields) {
      const all = fields.get(name) ?? [];
      for (const value of values) all.push(value);
      fields.set(name, all);
    }
  }
  return new TextMessage(m.line, fields);
}
