// What `rarefy tune` prints.
import { adapterName } from '../gpu/device.js';
import type { ClassChoice } from '../lower/fit_costs.js';
import type { TuneReport } from '../page/jobs/tune.js';
import { table } from './table.js';

/** How much longer a net's convolutions take by the cost model's choices, in percent of the measured ones'. */
export function modelExcess(choices: readonly ClassChoice[]): number {
  const sum = (of: (c: ClassChoice) => number) => choices.reduce((all, c) => all + of(c), 0);
  return 100 * (sum((c) => c.modelledMs) / sum((c) => c.bestMs) - 1);
}

export function tuneText({ adapter, net, tuning, choices, fitted }: TuneReport, out: string): string {
  const rows = choices.map(({ name, best, modelled, bestMs, modelledMs }) => [
    name.replace(' stride 1x1', '').replace(' dilation 1x1', '').replace(' groups 1 ', ' '),
    best,
    bestMs.toFixed(1),
    modelled === best ? '' : `${modelled} ${modelledMs.toFixed(1)}`,
  ]);
  const wrong = Object.entries(tuning.layers).flatMap(([name, layer]) =>
    Object.entries(layer.wrong ?? {}).map(
      ([algorithm, error]) => `wrong: ${algorithm} for ${name}, error ${error}`,
    ),
  );
  const costs = Object.entries(fitted).map(([name, cost]) => `${name} ${cost.toPrecision(3)}`);
  return [
    table([
      ['adapter', adapterName(adapter)],
      ['net', net],
      ['wrote', out],
    ]),
    table([['convolutions', 'fastest', 'ms in the net', 'by the cost model, where it differs'], ...rows]),
    ...(wrong.length > 0 ? [wrong.join('\n')] : []),
    ...(tuning.untimed.length > 0 ? [`not reached within the budget: ${tuning.untimed.join('; ')}`] : []),
    ...(choices.length > 0
      ? [
          `the cost model's choices take ${modelExcess(choices).toFixed(1)} % longer\ncosts fitted to these times: ${costs.join(', ')}`,
        ]
      : []),
  ].join('\n\n');
}
