import type { Engine } from '../engine/engine.js';
import type { Graph } from '../graph/builder.js';
import { Net } from '../graph/net.js';
import type { CompileOptions, NetInput, RunOptions, RunResult } from '../graph/net_options.js';
import { upTo } from '../graph/rewrite.js';
import { trainable } from '../graph/trainable.js';
import type { TrainingGraphOptions } from './training_graph.js';

/**
 * A net as it is used while it learns, up to the outputs that have losses. What learns is among its inputs, as in
 * the training graph, with the running statistics of norms; nothing is dropped. It compiles when it first runs.
 */
export class ForwardNet {
  readonly #compile: () => Promise<Net>;
  #net: Promise<Net> | undefined;

  constructor(engine: Engine, net: Graph, o: TrainingGraphOptions & CompileOptions) {
    const { graph } = trainable(net, { learns: o.learns, frozenNorms: true });
    const scored = new Set(o.heads.map(({ output }) => output));
    const used = upTo(graph, new Map([...graph.outputs].filter(([name]) => scored.has(name))));
    this.#compile = () => Net.compile(engine, used, o);
  }

  async run(inputs: Readonly<Record<string, NetInput>>, o: RunOptions): Promise<RunResult> {
    this.#net ??= this.#compile();
    return (await this.#net).run(inputs, o);
  }

  dispose(): void {
    this.#net?.then((net) => net.dispose()).catch(() => {});
  }
}
