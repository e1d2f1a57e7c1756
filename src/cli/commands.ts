import type { CommandDef } from 'citty';
import { bench } from './commands/bench.js';
import { conformance } from './commands/conformance.js';
import { convert } from './commands/convert.js';
import { doctor } from './commands/doctor.js';
import { equivalence } from './commands/equivalence.js';
import { evaluation } from './commands/eval.js';
import { experiment } from './commands/experiment.js';
import { heatmap } from './commands/heatmap.js';
import { hha } from './commands/hha.js';
import { inspect } from './commands/inspect.js';
import { pull } from './commands/pull.js';
import { scenes } from './commands/scenes.js';
import { segment } from './commands/segment.js';
import { start } from './commands/start.js';
import { table1 } from './commands/table1.js';
import { tables } from './commands/tables.js';
import { train } from './commands/train.js';
import { tune } from './commands/tune.js';

/** The commands of `rarefy`, in the order of its help. */
export const commands: Readonly<Record<string, CommandDef>> = {
  start,
  heatmap,
  segment,
  eval: evaluation,
  train,
  experiment,
  tables,
  convert,
  pull,
  inspect,
  table1,
  hha,
  equivalence,
  scenes,
  conformance,
  doctor,
  tune,
  bench,
};
