import type { Activation, PlainFunction } from '../../../ops/activation.js';
import type { LayerExport } from './exporter.js';

/** An operator, or several. */
type Written = string | ((e: LayerExport, x: string) => string);

const half = (e: LayerExport, x: string, more: string): string =>
  e.add('Mul', [e.add('Mul', [x, e.number(0.5)]), e.add('Add', [more, e.number(1)])]);

const PLAIN: Readonly<Record<PlainFunction, Written>> = {
  tanh: 'Tanh',
  exp: 'Exp',
  log: 'Log',
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Round',
  trunc: (e, x) => e.add('Mul', [e.add('Sign', [x]), e.add('Floor', [e.add('Abs', [x])])]),
  sign: 'Sign',
  sin: 'Sin',
  cos: 'Cos',
  square: (e, x) => e.add('Mul', [x, x]),
  not: (e, x) => e.cast(e.add('Equal', [x, e.number(0)]), 'float32'),
  erf: 'Erf',
  softplus: 'Softplus',
  softsign: 'Softsign',
  hard_swish: 'HardSwish',
  mish: (e, x) => e.add('Mul', [x, e.add('Tanh', [e.add('Softplus', [x])])]),
};

/** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
function geluByTanh(e: LayerExport, x: string): string {
  const cube = e.add('Mul', [e.add('Mul', [e.add('Mul', [x, x]), x]), e.number(0.044715)]);
  const inner = e.add('Mul', [e.add('Add', [x, cube]), e.number(Math.sqrt(2 / Math.PI))]);
  return half(e, x, e.add('Tanh', [inner]));
}

const gelu = (e: LayerExport, x: string): string =>
  half(e, x, e.add('Erf', [e.add('Mul', [x, e.number(Math.SQRT1_2)])]));

/** A bound that binds nothing is left out. */
const bound = (e: LayerExport, value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? '' : e.number(value);

/** A function of each value. */
export function activation(e: LayerExport<'activation'>, f: Activation): string {
  const { x } = e;
  switch (f.kind) {
    case 'relu':
      return f.slope ? e.add('LeakyRelu', [x], { alpha: { float: f.slope } }) : e.add('Relu', [x]);
    case 'sigmoid':
      return e.add('Sigmoid', [x]);
    case 'clip':
      return e.add('Clip', [x, bound(e, f.min), bound(e, f.max)]);
    case 'gelu':
      return f.approximate === 'tanh' ? geluByTanh(e, x) : gelu(e, x);
    case 'hard_sigmoid':
      return e.add('HardSigmoid', [x], { alpha: { float: f.alpha }, beta: { float: f.beta } });
    case 'thresholded_relu':
      return e.add('ThresholdedRelu', [x], { alpha: { float: f.alpha } });
    case 'elu':
      return e.add('Elu', [x], { alpha: { float: f.alpha } });
    case 'celu':
      return e.add('Celu', [x], { alpha: { float: f.alpha } });
    case 'selu':
      return e.add('Selu', [x], { alpha: { float: f.alpha }, gamma: { float: f.gamma } });
    default: {
      const written = PLAIN[f.kind];
      return typeof written === 'string' ? e.add(written, [x]) : written(e, x);
    }
  }
}
