import { writeFileSync } from 'node:fs';
import { drawNet } from '../../graph/inspect/figure.js';
import { cropRows, filterLayers, layerRows, maxStride } from '../../graph/inspect/layers.js';
import { parameterCount } from '../../graph/parameters.js';
import { plan, UNLIMITED } from '../../graph/plan.js';
import { NETS } from '../../nets/index.js';
import { loadGraph } from '../../page/model.js';
import { command, UsageError } from '../command.js';
import { cropsTable, layersTable, memoryRows } from '../inspect_text.js';
import { localFiles } from '../local_files.js';
import { Files, MODEL_ARGS, NET_ARGS, netOptions, parseSize, sessionOptions } from '../model_args.js';
import { table } from '../table.js';

const { width, classes, prototxt, weights } = NET_ARGS;

/** Height and width where neither the net nor the command says others: those of the paper's times. */
const SIZE = [500, 500] as const;

/** The options that name the net: one that is built in code, a prototxt, or a file with a graph. */
function modelOf(name: string): { net?: string; prototxt?: string; model?: string } {
  if (Object.hasOwn(NETS, name)) return { net: name };
  if (name.toLowerCase().endsWith('.prototxt')) return { prototxt: name };
  if (!name.includes('.'))
    throw new UsageError(
      `inspect: no net '${name}', should be a file or one of ${Object.keys(NETS).join(', ')}`,
    );
  return { model: name };
}

export const inspect = command({
  name: 'inspect',
  description: 'What follows from a net: sizes, places, fields, strides, parameters, FLOPs, bytes, crops',
  args: {
    what: {
      type: 'positional',
      description: 'a net that is built in code, or a file: .safetensors, .onnx, .caffemodel, .prototxt',
      required: true,
    },
    size: {
      type: 'string',
      description: "of the image; the net's own, or 500x500, without",
      valueHint: 'HxW',
    },
    svg: { type: 'string', description: "draw the net like the paper's Figure 3", valueHint: 'FILE' },
    width,
    classes,
    prototxt,
    weights,
    memory: MODEL_ARGS.memory,
  },
  async run(args, tools) {
    const files = new Files();
    const options = netOptions({ ...args, ...modelOf(args.what) }, files);
    const { graph } = await loadGraph(localFiles(files, tools), options);
    if (graph.outputs.size === 0)
      throw new UsageError(`${args.what}: a net without outputs, should have layers`);
    const given = args.size ? parseSize('--size', args.size) : null;
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name, channels: c, size, batch }) => {
        const [h, w] = given ?? size ?? SIZE;
        return [name, { n: batch ?? 1, c, h, w }];
      }),
    );
    const layers = layerRows(graph, inputs);
    const crops = cropRows(graph);
    const { depth, all } = filterLayers(graph);
    const { memory = 'fast' } = sessionOptions(args);
    const { flops, bytes, outputs, dispatches, pipelines } = plan(graph, inputs, {
      limits: UNLIMITED,
      memory,
    });
    if (args.svg) writeFileSync(args.svg, drawNet(graph, inputs));
    const report = {
      net: options.net ?? graph.name,
      inputs,
      outputs: Object.fromEntries([...outputs].map(([name, { shape }]) => [name, shape])),
      convLayers: { depth, all },
      stride: maxStride(graph),
      parameters: parameterCount(graph),
      flops,
      bytes,
      dispatches,
      pipelines,
      crops,
      layers,
      ...(args.svg && { svg: args.svg }),
    };
    const size = (of: Readonly<Record<string, { c: number; h: number; w: number }>>) =>
      Object.entries(of)
        .map(([name, { c, h, w }]) => `${name} ${c} x ${h} x ${w}`)
        .join(', ');
    const summary = table([
      ['net', report.net],
      ['inputs', size(inputs)],
      ['outputs', size(report.outputs)],
      ['parameters', report.parameters.toLocaleString('en-US')],
      ['layers with weights', `${depth} on the longest path, ${all} in all`],
      ['coarsest stride', `${report.stride} pixels`],
      ['run', `${(flops / 1e9).toFixed(2)} GFLOP in ${dispatches} dispatches of ${pipelines} pipelines`],
      ...memoryRows(bytes),
      ...(args.svg ? [['wrote', args.svg]] : []),
    ]);
    const text = [summary, layersTable(layers), NOTE, ...(crops.length > 0 ? [cropsTable(crops)] : [])];
    return { text: text.join('\n\n'), json: report };
  },
});

const NOTE =
  'centre: where cell i lies on the image, in pixels; field: pixels around it outside which it sees nothing; map, weights: in f32';
