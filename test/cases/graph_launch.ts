import type { Elem, ElemType } from '../../src/dispatch.js';
import type { Engine } from '../../src/engine/engine.js';
import { recorded } from '../../src/engine/recording.js';
import { empty, free, type Tensor, upload } from '../../src/engine/tensor.js';
import type { Block } from '../../src/graph/block.js';
import type { Graph } from '../../src/graph/builder.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import { plan } from '../../src/graph/plan.js';
import type { Launch } from './case.js';

/**
 * A graph without weights as one operator: the launches of a net that runs it uncut. Its outputs are those of the graph,
 * but for inputs that are outputs too.
 */
export function graphLaunch(
  engine: Engine,
  graph: Graph,
  given: Readonly<Record<string, HostTensor>>,
  elem: Elem,
): Launch {
  const { limits, features, speed } = engine;
  const shapes = Object.fromEntries(Object.entries(given).map(([name, { shape }]) => [name, shape]));
  const { inputs, outputs, steps } = plan(graph, shapes, { limits, features, speed, elem });
  const ends = new Map<Block, Tensor<ElemType>>();
  for (const [name, { buffer }] of inputs)
    ends.set(buffer, upload(engine, given[name]!.data, given[name]!.shape, elem, name));
  const made: Tensor<ElemType>[] = [];
  for (const [name, y] of outputs) {
    if (ends.has(y.buffer)) continue;
    const t = empty(engine, y.shape, y.elem, name);
    made.push(t);
    ends.set(y.buffer, t);
  }
  return {
    outputs: made,
    run: (on) =>
      recorded(on, (r) => {
        const places = new Map<Block, GPUBuffer>([...ends].map(([block, t]) => [block, t.buffer]));
        const place = (block: Block): GPUBuffer => {
          const known = places.get(block);
          if (known) return known;
          const buffer = r.temporary(block.bytes, block.label);
          if (block.data) engine.device.queue.writeBuffer(buffer, 0, block.data as Float32Array<ArrayBuffer>);
          places.set(block, buffer);
          return buffer;
        };
        r.add(
          steps
            .flatMap(({ dispatches }) => dispatches)
            .map((d) => ({
              ...d,
              bindings: Object.fromEntries(
                Object.entries(d.bindings).map(([name, view]) => [
                  name,
                  { ...view, buffer: place(view.buffer) },
                ]),
              ),
            })),
        );
      }),
    free: () => free(...ends.values()),
  };
}
