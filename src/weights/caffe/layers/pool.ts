import type { LayerType } from '../layer.js';

const pooling: LayerType = (c) => {
  const { x, params } = c;
  const pool = c.word('pool', ['MAX', 'AVE']);
  const mask = c.layer.tops.length > 1;
  if (params.boolean('global_pooling')) {
    if (mask) c.refuse('over the whole map has no mask');
    return c.images(
      pool === 'AVE'
        ? c.to.graph.globalAvgPool(c.name, x)
        : c.add('reduce', [x], { op: 'max', axes: ['h', 'w'] }),
    );
  }
  const kernel = c.spatial('kernel_size', 'kernel', null);
  const pad = c.spatial('pad', 'pad', 0, 0);
  if (pad.some((size, i) => size >= kernel[i]!))
    c.bad(`padding ${pad.join(' x ')} of a window of ${kernel.join(' x ')}, should be smaller`);
  const options = {
    kernel,
    stride: c.spatial('stride', 'stride', 1),
    pad,
    ceil: c.word('round_mode', ['CEIL', 'FLOOR']) === 'CEIL',
    clip: pad[0] > 0 || pad[1] > 0,
  };
  if (pool === 'AVE') {
    if (mask) c.refuse('of means has no mask');
    return c.images(c.to.graph.avgPool(c.name, x, { ...options, countPad: true }));
  }
  const tops = [c.images(c.to.graph.maxPool(c.name, x, options))];
  if (mask) tops.push(c.images(c.add('max_pool_index', [x], options, 'mask')));
  return tops;
};

/** How an Interp's output size follows from its input's. */
const interp: LayerType = (c) => {
  const { params } = c;
  const like = c.inputs[1];
  const [x] = c.inputs.map((blob) => c.map(blob));
  if (!x || c.inputs.length > 2) return c.refuse(`of ${c.inputs.length} bottoms does not run`);
  const how = { mode: 'bilinear', coordinates: 'align_corners' } as const;
  const [before, after] = [params.number('pad_beg') ?? 0, params.number('pad_end') ?? 0];
  if (![before, after].every((pad) => Number.isInteger(pad) && pad <= 0))
    c.bad(`pad_beg ${before} and pad_end ${after}, should be whole numbers of at most 0`);
  const cut =
    before === 0 && after === 0
      ? x
      : c.add(
          'pad',
          [x],
          { before: [0, 0, before, before], after: [0, 0, after, after], mode: 'constant', value: 0 },
          'cut',
        );
  if (like) return c.images(c.to.graph.resizeTo(c.name, cut, c.map(like), how));
  const size = ['height', 'width'].map((field) => params.size(field) ?? 0);
  const zooms = params.has('zoom_factor') || params.has('shrink_factor');
  if (!zooms && size.every((s) => s > 0))
    return c.images(c.to.graph.resize(c.name, cut, { ...how, size: [size[0]!, size[1]!] }));
  if (!zooms) return c.bad(`height ${size[0]} and width ${size[1]}, should be above 0`);
  const [zoom, shrink] = [c.count('zoom_factor', 1), c.count('shrink_factor', 1)];
  c.dims();
  c.to.holdsSize = true;
  const [h, w] = cut.size!.map((s) => {
    const shrunk = Math.floor((s - 1) / shrink) + 1;
    return shrunk + (shrunk - 1) * (zoom - 1);
  });
  return c.images(c.to.graph.resize(c.name, cut, { ...how, size: [h!, w!] }));
};

export const POOL_LAYERS: Readonly<Record<string, LayerType>> = { Interp: interp, Pooling: pooling };
