import type { Engine } from '../../engine/engine.js';
import { crop, stitch } from '../../engine/operators.js';
import { download, free, type Tensor } from '../../engine/tensor.js';
import { ShapeError } from '../../errors.js';
import { type Shape, sameShape, showShape } from '../../shape.js';
import type { Net } from '../net.js';
import type { HostTensor, NetInput } from '../net_options.js';
import { namedInputs } from '../plan.js';
import { cutPlanes, pastePlanes } from './area.js';
import { planTiles, type Tile, type TilePlan } from './plan_tiles.js';
import { readerOf, type TileSource, type WindowReader } from './source.js';
import type { RunTilesOptions, TiledResult } from './tile_options.js';

const isSource = (value: unknown): value is TileSource =>
  typeof (value as TileSource).shape === 'object' && 'n' in (value as TileSource).shape;

/**
 * Runs a net on an image of any size in tiles: see `planTiles`. The outputs are those of `net.run` on the whole image, bit
 * for bit. It frees the buffers of the sizes that the net ran before, and leaves those of a window.
 *
 * @throws as `planTiles` and as `net.run`; an abort is served between submits.
 */
export async function runTiles(
  net: Net,
  input: TileSource | Readonly<Record<string, TileSource>>,
  o: RunTilesOptions = {},
): Promise<TiledResult> {
  const { engine } = net;
  engine.check();
  const sources = namedInputs(net.graph, input, isSource);
  const shapes = Object.fromEntries(Object.entries(sources).map(([name, { shape }]) => [name, shape]));
  const whole = [...Object.values(sources), ...Object.values(o.outputs ?? {})];
  const held = whole.reduce((sum, t) => sum + ('buffer' in t ? t.buffer.size : 0), o.held ?? 0);
  const plan = o.plan ?? planTiles(net.graph, shapes, { ...net.planOptions, ...o, held });
  for (const [name, y] of Object.entries(o.outputs ?? {})) checkOutput(name, y, plan, net);
  const readers = Object.entries(sources).map(
    ([name, source]) => [name, readerOf(engine, name, source)] as const,
  );
  const outputs = o.onPart ? {} : wholeOutputs(plan, o);

  await net.freeMaps();
  const start = performance.now();
  const tiles = plan.tiles.length;
  let submits = 0;
  for (const [index, tile] of plan.tiles.entries()) {
    if (index < (o.first ?? 0)) continue;
    o.signal?.throwIfAborted();
    const made: Tensor[] = [];
    try {
      const inputs = await readWindows(readers, tile, made);
      const done = await net.run(inputs, {
        ...(o.signal && { signal: o.signal }),
        onProgress: ({ done: share, layer }) =>
          o.onProgress?.({ done: (index + share) / tiles, tile: index, tiles, layer }),
      });
      submits += done.submits;
      for (const [name, map] of Object.entries(done.outputs) as [string, Tensor][]) {
        made.push(map);
        const target = o.outputs?.[name];
        if (target) await engine.scoped(name, 0, () => moveTo(target, engine, map, tile.outputs[name]!));
        else await giveTo(outputs[name], engine, name, map, tile.outputs[name]!, o.onPart);
      }
    } finally {
      free(...made);
    }
  }
  await engine.alive(engine.device.queue.onSubmittedWorkDone());
  return { outputs, plan, ms: performance.now() - start, submits };
}

type Place = Tile['outputs'][string];

/** Every input's window; tensors among them are added to `made`. */
async function readWindows(
  readers: readonly (readonly [string, WindowReader])[],
  { window }: Tile,
  made: Tensor[],
): Promise<Record<string, NetInput>> {
  const inputs: Record<string, NetInput> = {};
  for (const [name, reader] of readers) {
    const value = await reader.read(window);
    if ('buffer' in value) made.push(value);
    inputs[name] = value;
  }
  return inputs;
}

/** Arrays for the outputs that no tensor takes. */
const wholeOutputs = (plan: TilePlan, o: RunTilesOptions): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(plan.outputs)
      .filter(([name]) => !o.outputs?.[name])
      .map(([name, shape]) => [
        name,
        { shape, data: new Float32Array(shape.n * shape.c * shape.h * shape.w) },
      ]),
  );

/** A window's part, into a tensor of the whole. */
function moveTo(target: Tensor, engine: Engine, map: Tensor, { whole, window }: Place): void {
  const part = crop(engine, map, { offset: [window.top, window.left], size: [window.h, window.w] });
  stitch(engine, part, { factor: 1, first: [whole.top, whole.left] }, target);
  free(part);
}

/** A window's part, into an array of the whole or to the caller. */
async function giveTo(
  target: HostTensor | undefined,
  engine: Engine,
  output: string,
  map: Tensor,
  { whole, window }: Place,
  onPart: RunTilesOptions['onPart'],
): Promise<void> {
  if (window.h === 0 || window.w === 0) return;
  const data = cutPlanes(await download(engine, map), map.shape, window);
  if (target) pastePlanes(data, target.data, target.shape, whole);
  else await onPart?.({ output, shape: { ...map.shape, h: window.h, w: window.w }, data, area: whole });
}

function checkOutput(name: string, y: Tensor, plan: TilePlan, { elem }: Net): void {
  const wanted: Shape | undefined = plan.outputs[name];
  if (!wanted)
    throw new ShapeError(`${name}: no output of this name, should be one of ${Object.keys(plan.outputs)}`);
  if (!sameShape(y.shape, wanted) || y.elem !== elem)
    throw new ShapeError(
      `${name}: a tensor of ${showShape(y.shape)} ${y.elem}, should be ${showShape(wanted)} ${elem}`,
    );
}
