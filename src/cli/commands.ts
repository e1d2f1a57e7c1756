import type { CommandDef } from 'citty';
import { doctor } from './commands/doctor.js';
import { start } from './commands/start.js';

/** The commands of `rarefy`, in the order of its help. */
export const commands: Readonly<Record<string, CommandDef>> = { start, doctor };
