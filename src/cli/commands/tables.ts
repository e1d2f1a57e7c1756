import results from '../../../docs/results.json';
import { REPRODUCED } from '../../metrics/paper_tables.js';
import { table1 } from '../../nets/table1.js';
import { command } from '../command.js';
import { computedCells, merged, type Results, tablesMarkdown, tablesText } from '../tables_text.js';

/** All that is known here. */
export const reproduced = (): Results => merged(computedCells(table1()), results as Results);

export const tables = command({
  name: 'tables',
  description: 'Tables 1 to 5 of the paper: what was reproduced here, and the commands that fill the rest',
  args: { markdown: { type: 'boolean', description: 'as docs/reproduce.md' } },
  async run({ markdown }) {
    const found = reproduced();
    const text = markdown ? tablesMarkdown(REPRODUCED, found).trimEnd() : tablesText(REPRODUCED, found);
    return { text, json: { tables: REPRODUCED, results: found } };
  },
});
