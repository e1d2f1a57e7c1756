import type { PixelAttrs } from '../../../graph/kinds/pixel.js';
import { activation } from './activation.js';
import type { Exporters } from './exporter.js';

export const PIXEL: Exporters<PixelAttrs> = {
  activation,
  prelu: (e, { channels }) => e.add('PRelu', [e.x, e.weight('weight', [channels, 1, 1])]),
  scale(e, { channels, bias }) {
    const scaled = e.add('Mul', [e.x, e.weight('weight', [channels, 1, 1])]);
    return bias ? e.add('Add', [scaled, e.weight('bias', [channels, 1, 1])]) : scaled;
  },
  batch_norm(e, { channels, epsilon }) {
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => e.weight(part, [channels]));
    return e.add('BatchNormalization', [e.x, ...parts], { epsilon: { float: epsilon } });
  },
  lrn: (e, { size, alpha, beta, k = 1 }) =>
    e.add('LRN', [e.x], {
      size,
      alpha: { float: alpha },
      beta: { float: beta },
      bias: { float: k },
    }),
  softmax: (e, { log }) => e.add(log ? 'LogSoftmax' : 'Softmax', [e.x], { axis: 1 }),
  sum(e, { coefficients, relu }) {
    const terms = e.inputs.map((x, i) => {
      const factor = coefficients?.[i] ?? 1;
      return factor === 1 ? x : e.add('Mul', [x, e.number(factor)]);
    });
    const y = terms.length === 1 ? terms[0]! : e.add(terms.length === 2 ? 'Add' : 'Sum', terms);
    return relu ? e.add('Relu', [y]) : y;
  },
};
