import { adapterName } from '../../gpu/device.js';
import { command } from '../command.js';
import { table } from '../table.js';
import { examine, verdict } from './doctor.js';

export const start = command({
  name: 'start',
  description: 'Sets up what is missing and shows the engine at work',
  args: {},
  async run(_, tools) {
    const found = await examine(tools);
    const text = table([
      ['adapter', adapterName(found.adapter)],
      ['check', verdict(found)],
    ]);
    return { text, json: found, ok: found.ok };
  },
});
