import { adapterName } from '../../gpu/device.js';
import { agrees, table1 as columns, type Table1Column, type Table1Paper } from '../../nets/table1.js';
import type { ForwardTimesReport } from '../../page/jobs/forward_times.js';
import { command, UsageError } from '../command.js';
import { MODEL_ARGS, parseSize, sessionOptions } from '../model_args.js';
import { table } from '../table.js';

const count = (value: number): string => value.toLocaleString('en-US');

/** A computed number beside the paper's. */
function beside(column: Table1Column, key: keyof Omit<Table1Paper, 'ms'>): string {
  const unit = key === 'parameters' ? 'M' : '';
  const differs = agrees(column, key) ? '' : ', see below';
  return `${count(column.computed[key])} (${column.paper[key]}${unit}${differs})`;
}

/** What the numbers count, and why one of them is not the paper's. */
export function explanations(found: readonly Table1Column[]): string[] {
  return found.flatMap(({ title, paper, computed, variant }) => {
    const { convLayers, allConvLayers, field, stride } = computed;
    const notes: string[] = [];
    if (allConvLayers !== convLayers)
      notes.push(
        `${title} has ${allConvLayers} convolutions; the longest path has ${convLayers} of them one behind another, and that depth is the paper's number.`,
      );
    if (variant) {
      const more = variant.computed.field;
      const cells = (more - field) / stride;
      notes.push(
        `${title} sees ${field} pixels without the average pool ${variant.keeps}, which the paper says it discards (section 4.1), and ${more} with it: the pool's ${cells + 1} x ${cells + 1} cells lie ${stride} pixels apart, ${field} + ${cells} x ${stride} = ${more}. The paper's ${paper.field} counts the pool.`,
      );
    }
    return notes;
  });
}

export function table1Text(found: readonly Table1Column[], times: ForwardTimesReport | null): string {
  const rows = (
    [
      ['conv layers, in depth', 'convLayers'],
      ['parameters', 'parameters'],
      ['receptive field, pixels', 'field'],
      ['max stride, pixels', 'stride'],
    ] as const
  ).map(([title, key]) => [title, ...found.map((column) => beside(column, key))]);
  if (times)
    rows.push([
      `forward, ms at ${times.size.join(' x ')}`,
      ...found.map(
        ({ net, paper }) =>
          `${times.times.find((time) => time.net === net)!.ms.toPrecision(4)} (${paper.ms})`,
      ),
    ]);
  return [
    table([['', ...found.map(({ title }) => title)], ...rows]),
    "In brackets: the paper's Table 1. Upsampling is fixed and counts neither as a layer nor as parameters.",
    ...explanations(found),
    ...(times
      ? [
          `Times: the median of ${times.times.map(({ runs }) => runs).join(', ')} runs with seeded weights on ${adapterName(times.adapter)}; the paper's are of an NVIDIA Tesla K40c at 500 x 500.`,
        ]
      : []),
  ].join('\n\n');
}

export const table1 = command({
  name: 'table1',
  description: 'Table 1 of the paper, computed from the nets; --time measures their forward time beside it',
  args: {
    time: { type: 'boolean', description: 'time each net here with seeded weights' },
    size: { type: 'string', description: 'of the image, with --time; 500x500 without', valueHint: 'HxW' },
    memory: MODEL_ARGS.memory,
    limits: MODEL_ARGS.limits,
  },
  async run(args, tools) {
    if (args.size && !args.time) throw new UsageError('--size goes with --time');
    const found = columns();
    const times = args.time
      ? await tools.run('forwardTimes', {
          nets: found.map(({ net }) => net),
          size: args.size ? parseSize('--size', args.size) : [500, 500],
          ...sessionOptions(args),
        })
      : null;
    const nets = found.map((column) => ({
      ...column,
      agrees: Object.fromEntries(
        (['convLayers', 'parameters', 'field', 'stride'] as const).map((key) => [key, agrees(column, key)]),
      ),
    }));
    return { text: table1Text(found, times), json: { nets, notes: explanations(found), times } };
  },
});
