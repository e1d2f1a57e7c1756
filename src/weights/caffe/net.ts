import { type CaffeInput, dataInputs, declaredInputs, isData } from './data.js';
import { type CaffeLayer, describedLayers } from './forms.js';
import type { TextMessage } from './message.js';
import { parsePrototxt } from './prototxt.js';

export type { CaffeDims, CaffeInput } from './data.js';
export type { CaffeLayer, CaffeRate } from './forms.js';

/** The state of a net, which the layers' `include` and `exclude` rules look at. */
export interface CaffeState {
  /** TEST by default. */
  readonly phase?: 'TRAIN' | 'TEST';
  /** 0 by default. */
  readonly level?: number;
  /** None by default. */
  readonly stages?: readonly string[];
}

/** A net as its .prototxt describes it, in one state. */
export interface CaffeNet {
  readonly name: string;
  readonly phase: 'TRAIN' | 'TEST';
  /** Those that the net declares, and what its data layers make. */
  readonly inputs: readonly CaffeInput[];
  /** In the order of the file, without data layers. */
  readonly layers: readonly CaffeLayer[];
  /** Layers that make inputs from files and databases: what they name is the caller's to read. */
  readonly data: readonly CaffeLayer[];
}

/**
 * Reads a .prototxt of V0, V1 (`layers`) or V2 (`layer`) form, without the layers that its state leaves out.
 * @throws FormatError with the line.
 */
export function readNet(text: string, state: CaffeState = {}): CaffeNet {
  const { phase = 'TEST', level = 0, stages = [] } = state;
  const net = parsePrototxt(text);
  const inputs: CaffeInput[] = declaredInputs(net);
  const layers: CaffeLayer[] = [];
  const data: CaffeLayer[] = [];
  for (const { layer, message } of describedLayers(net)) {
    if (!runs(message, { phase, level, stages })) continue;
    if (!isData(layer)) {
      layers.push(layer);
      continue;
    }
    inputs.push(...dataInputs(layer));
    if (layer.type !== 'Input') data.push(layer);
  }
  return { name: net.string('name') ?? '', phase, inputs, layers, data };
}

/** Caffe's NetStateRule. */
function runs(m: TextMessage, { phase, level, stages }: Required<CaffeState>): boolean {
  const meets = (rule: TextMessage) =>
    (rule.word('phase') ?? phase) === phase &&
    (rule.number('min_level') ?? level) <= level &&
    (rule.number('max_level') ?? level) >= level &&
    rule.strings('stage').every((stage) => stages.includes(stage)) &&
    !rule.strings('not_stage').some((stage) => stages.includes(stage));
  const include = m.messages('include');
  return include.length > 0 ? include.some(meets) : !m.messages('exclude').some(meets);
}
