import {
  checkTuning,
  type Engine,
  type Graph,
  type Net,
  type Shape,
  type Tuning,
  TuningError,
  type Weights,
} from '../../src/index.js';

/** A net with the algorithms that are fastest on this adapter: as a record says that was saved, or a new one. */
export async function tuned(
  engine: Engine,
  graph: Graph,
  weights: Weights,
  inputs: Shape,
  store: Storage,
): Promise<Net> {
  let tuning = readTuning(engine, store.getItem('tuning'));
  if (!tuning) {
    const net = await engine.compile(graph, { weights });
    tuning = await net.tune({ inputs, budgetMs: 20_000 }); // and signal, onProgress
    net.dispose();
    store.setItem('tuning', JSON.stringify(tuning));
  }
  return engine.compile(graph, { weights, tuning });
}

/** Null where there is no record, or one of another adapter, driver or version. */
function readTuning(engine: Engine, json: string | null): Tuning | null {
  try {
    return json === null ? null : checkTuning(JSON.parse(json), engine.adapter);
  } catch (error) {
    if (error instanceof TuningError) return null;
    throw error;
  }
}
