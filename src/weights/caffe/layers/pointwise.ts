import type { Activation } from '../../../ops/activation.js';
import type { LayerImport, LayerType } from '../layer.js';

/** A function of each number, whatever sizes they are under. */
const each =
  (f: (c: LayerImport) => Activation): LayerType =>
  (c) =>
    c.like(c.add('activation', [c.input.node], f(c)));

const relu = each(({ params }) => ({ kind: 'relu', slope: params.number('negative_slope') ?? 0 }));

const clip = each(({ params }) => {
  const [min, max] = [params.number('min'), params.number('max')];
  return { kind: 'clip', ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
});

const prelu: LayerType = (c) => {
  const { x } = c;
  const { channels } = x;
  const shared = c.params.boolean('channel_shared') ?? false;
  const slopes = c.numbers(0, [shared ? 1 : channels]);
  const node = c.to.graph.prelu(c.name, x);
  c.give('weight', [channels], slopes && shared ? c.to.filled(c.name, channels, slopes[0]!) : slopes);
  return c.like(node);
};

/** Factor and shift of a Power, Exp or Log. */
const line = ({ params }: LayerImport) => ({
  scale: params.number('scale') ?? 1,
  shift: params.number('shift') ?? 0,
});

/** (shift + scale * x) ^ power. */
const power: LayerType = (c) => {
  const { scale, shift } = line(c);
  const exponent = c.params.number('power') ?? 1;
  const moves = scale !== 1 || shift !== 0;
  const { x } = c;
  if (exponent === 1) return c.like(c.affine(x, scale, shift));
  const moved = moves ? c.affine(x, scale, shift, 'affine') : x;
  if (exponent === 2) return c.like(c.add('activation', [moved], { kind: 'square' }));
  if (exponent === 0.5) return c.like(c.add('activation', [moved], { kind: 'sqrt' }));
  const constant = c.to.constant(`${c.name}/power`, exponent);
  return c.like(c.add('binary', [moved, constant], { op: 'pow' }));
};

/** ln(base), where a base of -1 stands for e. */
function logOfBase(c: LayerImport): number {
  const base = c.params.number('base') ?? -1;
  if (base === -1) return 1;
  if (!(base > 0 && base !== 1)) c.bad(`base ${base}, should be above 0 and not 1, or -1 for e`);
  return Math.log(base);
}

/** base ^ (shift + scale * x). */
const exp: LayerType = (c) => {
  const { scale, shift } = line(c);
  const log = logOfBase(c);
  const moved = c.affine(c.x, log * scale, log * shift, 'affine');
  return c.like(c.add('activation', [moved], { kind: 'exp' }));
};

/** log_base(shift + scale * x). */
const log: LayerType = (c) => {
  const { scale, shift } = line(c);
  const moved = c.affine(c.x, scale, shift, 'affine');
  const logarithm = c.add('activation', [moved], { kind: 'log' }, 'log');
  return c.like(c.affine(logarithm, 1 / logOfBase(c), 0));
};

const threshold: LayerType = (c) => {
  const constant = c.to.constant(`${c.name}/threshold`, c.params.number('threshold') ?? 0);
  return c.like(c.add('binary', [c.x, constant], { op: 'greater' }));
};

/** x * sigmoid(beta * x). */
const swish: LayerType = (c) => {
  const { x } = c;
  const moved = c.affine(x, c.params.number('beta') ?? 1, 0, 'affine');
  const gate = c.add('activation', [moved], { kind: 'sigmoid' }, 'sigmoid');
  return c.like(c.add('binary', [x, gate], { op: 'mul' }));
};

export const POINTWISE_LAYERS: Readonly<Record<string, LayerType>> = {
  AbsVal: each(() => ({ kind: 'abs' })),
  BNLL: each(() => ({ kind: 'softplus' })),
  Clip: clip,
  ELU: each(({ params }) => ({ kind: 'elu', alpha: params.number('alpha') ?? 1 })),
  Exp: exp,
  Log: log,
  PReLU: prelu,
  Power: power,
  ReLU: relu,
  Sigmoid: each(() => ({ kind: 'sigmoid' })),
  Swish: swish,
  TanH: each(() => ({ kind: 'tanh' })),
  Threshold: threshold,
};
