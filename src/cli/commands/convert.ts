import { parameterCount, parameters } from '../../graph/parameters.js';
import { imageShape } from '../../ops/image.js';
import { loadModel, type Model } from '../../page/model.js';
import { FORMATS, formatOf } from '../../weights/formats.js';
import { command, UsageError } from '../command.js';
import { localFiles } from '../local_files.js';
import { Files, NET_ARGS, netOptions } from '../model_args.js';
import { mebibytes } from '../run_text.js';
import { table } from '../table.js';
import { writeParts } from '../write_file.js';

const { model: _, caffemodel: __, weights: ___, ...OTHER_ARGS } = NET_ARGS;

const WRITTEN = FORMATS.filter(({ write }) => write).map(({ extension }) => extension);

/** The preprocessing to write: one that is usual is written only where it fits the net's input. */
function preprocessOf({ graph, preprocess, preprocessGiven }: Model) {
  const [input, second] = graph.inputs;
  const fits = imageShape({ n: 1, h: 1, w: 1 }, preprocess).c === input?.channels && !second;
  return preprocessGiven || fits ? preprocess : null;
}

export const convert = command({
  name: 'convert',
  description: `Writes a net of one file into another, as ${WRITTEN.join(' or ')}, with its graph, class names and preprocessing`,
  args: {
    in: {
      type: 'positional',
      description: `a net: ${FORMATS.map((f) => f.extension).join(', ')}`,
      required: true,
    },
    out: { type: 'positional', description: 'the file to write; its ending says as what', required: true },
    ...OTHER_ARGS,
    f16: { type: 'boolean', description: 'round filters to 16 bits: half the size' },
    licence: { type: 'string', description: "of the weights; the file's own without", valueHint: 'TEXT' },
  },
  async run(args, tools) {
    const { write } = formatOf(args.out);
    if (!write) throw new UsageError(`${args.out}: cannot be written, should end in ${WRITTEN.join(' or ')}`);
    const files = new Files();
    const source = args.net ? { weights: args.in } : { model: args.in };
    const model = await loadModel(localFiles(files, tools), netOptions({ ...args, ...source }, files));
    const { graph, weights, labels: classes } = model;
    const preprocess = preprocessOf(model);
    const licence = args.licence ?? model.licence;
    const elem = args.f16 ? 'f16' : 'f32';
    tools.progress({ text: `writing ${args.out}` });
    const parts = write({ graph, weights, classes, preprocess, licence }, elem);
    const bytes = await writeParts(args.out, parts, tools.signal);
    const made = {
      in: args.in,
      out: args.out,
      bytes,
      elem,
      net: model.name,
      layers: graph.nodes.length,
      tensors: parameters(graph).length,
      parameters: parameterCount(graph),
      classes: classes?.length ?? null,
      preprocess,
      licence,
    };
    const assumed = model.preprocessGiven ? '' : ', as is usual: the file says none';
    const text = table([
      ['read', `${args.in}: ${made.net}, ${made.layers} layers`],
      [
        'wrote',
        `${args.out}: ${mebibytes(bytes)}, ${made.parameters.toLocaleString('en-US')} parameters in ${elem}`,
      ],
      ['classes', classes ? `${classes.length} names` : 'no names'],
      ['input', preprocess ? `${JSON.stringify(preprocess)}${assumed}` : 'no preprocessing'],
      ['licence', licence ?? 'not said'],
    ]);
    return { text, json: made };
  },
});
