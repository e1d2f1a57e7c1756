import type { Activation } from '../../ops/activation.js';
import { CONSTANT } from './bounds.js';
import { type Check, type Fields, object, optional, record, word, wrong } from './check.js';

type Kind = Activation['kind'];
/** The constants of the function K. */
type Constants<K extends Kind, F = Activation> = F extends { readonly kind: infer W }
  ? K extends W
    ? Omit<F, 'kind'>
    : never
  : never;

/** The constants of each function of one value. */
const FUNCTIONS: { readonly [K in Kind]: Fields<Constants<K>> } = {
  relu: { slope: optional(CONSTANT) },
  clip: { min: optional(CONSTANT), max: optional(CONSTANT) },
  elu: { alpha: CONSTANT },
  celu: { alpha: CONSTANT },
  selu: { alpha: CONSTANT, gamma: CONSTANT },
  thresholded_relu: { alpha: CONSTANT },
  hard_sigmoid: { alpha: CONSTANT, beta: CONSTANT },
  gelu: { approximate: word({ none: true, tanh: true }) },
  sigmoid: {},
  tanh: {},
  exp: {},
  log: {},
  neg: {},
  abs: {},
  sqrt: {},
  reciprocal: {},
  floor: {},
  ceil: {},
  round: {},
  trunc: {},
  sign: {},
  sin: {},
  cos: {},
  square: {},
  not: {},
  erf: {},
  softplus: {},
  softsign: {},
  hard_swish: {},
  mish: {},
};

/** A function of one value by its name, with its constants. */
export const activation: Check<Activation> = (value, at) => {
  const { kind, ...constants } = object(value, at);
  if (typeof kind !== 'string' || !Object.hasOwn(FUNCTIONS, kind))
    return wrong(kind, `${at}.kind`, `one of ${Object.keys(FUNCTIONS).join(', ')}`);
  const fields = FUNCTIONS[kind as Kind] as Fields<object>;
  return { kind, ...record<object>(fields)(constants, at) } as Activation;
};
