import type { AdapterInfo } from '../../gpu/device.js';
import type { Costs } from '../../lower/costs.js';
import { type ClassChoice, compareChoices, fitCosts } from '../../lower/fit_costs.js';
import type { Tuning } from '../../lower/tuning.js';
import type { Pair } from '../../shape.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import { Session, type SessionOptions } from '../session.js';

export interface TuneJobOptions extends ModelOptions, SessionOptions {
  /** Height and width of the image, where the net does not fix them. */
  readonly size: Pair;
  readonly budgetMs: number;
  /** Time every algorithm, not only the plausible ones. */
  readonly all: boolean;
}

export interface TuneReport {
  readonly adapter: AdapterInfo;
  readonly net: string;
  readonly tuning: Tuning;
  /** What the cost model would have chosen. */
  readonly choices: readonly ClassChoice[];
  /** The costs that these times speak for. */
  readonly fitted: Costs;
}

/** Tunes a net for images of one size. */
export async function tune(host: Host, o: TuneJobOptions): Promise<TuneReport> {
  const model = await loadModel(host, o);
  const session = await Session.open(host, model, model.graph, o);
  const { adapter } = session.engine;
  const inputs = Object.fromEntries(
    model.graph.inputs.map(({ name, channels: c, batch, size }) => {
      const [h, w] = size ?? o.size;
      return [name, { n: batch ?? 1, c, h, w }];
    }),
  );
  try {
    const tuning = await session.net.tune({
      inputs,
      signal: host.signal,
      budgetMs: o.budgetMs,
      all: o.all,
      onProgress: ({ done, total, layer }) => host.progress({ text: `timing ${layer}`, done, total }),
    });
    const choices = compareChoices(tuning, session.engine.speed.costs);
    return { adapter, net: model.name, tuning, choices, fitted: fitCosts([tuning]) };
  } finally {
    session.close();
  }
}
