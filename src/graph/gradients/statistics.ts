import type { StatisticsTrainingAttrs } from '../kinds/training/statistics.js';
import type { Node } from '../node.js';
import { type GradientRules, sumOverPixels } from './rule.js';

/** Mean and variance of a batch depend on x as well: the one gradient of `batch_norm_given` goes through them. */
export const STATISTICS_GRADIENTS: GradientRules<Pick<StatisticsTrainingAttrs, 'batch_norm_given'>> = {
  batch_norm_given({ tape, node, attrs, dy, wants }) {
    const [x, mean, variance, gamma] = node.inputs as [Node, Node, Node, Node];
    const product = tape.add('batch_norm_product', `${node.name} product`, [x, dy, mean, variance], attrs);
    const dgamma = sumOverPixels(tape, `${node.name} dgamma`, product);
    const dbeta = sumOverPixels(tape, `${node.name} dbeta`, dy);
    const inputs = [x, dy, mean, variance, gamma, dgamma, dbeta];
    const dx = wants(0) ? tape.add('batch_norm_gradient', `${node.name} dx`, inputs, attrs) : null;
    return [dx, null, null, dgamma, dbeta];
  },
};
