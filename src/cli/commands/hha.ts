import { parseFile } from '../../data/files.js';
import { fillDepth } from '../../data/fill_depth.js';
import type { Intrinsics } from '../../data/hha/camera.js';
import { hhaImage, hhaMaps } from '../../data/hha/hha.js';
import { decodeGrey16, encodePng } from '../../image/png.js';
import { command, UsageError } from '../command.js';
import { diskFiles } from '../data_files.js';
import { table } from '../table.js';
import { writeParts } from '../write_file.js';

/** `fx,fy,cx,cy` in pixels. */
function parseIntrinsics(text: string): Intrinsics {
  const values = text.split(',').map(Number);
  const [fx, fy, cx, cy] = values as [number, number, number, number];
  if (
    values.length !== 4 ||
    text.split(',').includes('') ||
    !values.every(Number.isFinite) ||
    !(fx > 0 && fy > 0)
  )
    throw new UsageError(`--intrinsics ${text}, should be fx,fy,cx,cy in pixels, the first two above 0`);
  return { fx, fy, cx, cy };
}

export const hha = command({
  name: 'hha',
  description:
    'Encodes depth as disparity, height above ground and angle with gravity, the channels of a PNG',
  args: {
    depth: {
      type: 'positional',
      description: 'depth with its holes filled in: a PNG of 16 bits, in millimetres',
      required: true,
    },
    raw: { type: 'positional', description: 'depth as measured, 0 where it is missing', required: true },
    out: { type: 'positional', description: 'the PNG to write', required: true },
    intrinsics: {
      type: 'string',
      description: "the camera's, in pixels, the first at 1; NYUDv2's for 560 x 425 and 640 x 480 without",
      valueHint: 'fx,fy,cx,cy',
    },
    fill: { type: 'boolean', description: 'fill holes of the first depth with what is nearest' },
  },
  async run(args, { progress, signal }) {
    const intrinsics = args.intrinsics === undefined ? {} : { intrinsics: parseIntrinsics(args.intrinsics) };
    const given = await parseFile(diskFiles, args.depth, decodeGrey16);
    const raw = await parseFile(diskFiles, args.raw, decodeGrey16);
    const depth = args.fill ? fillDepth(given) : given;
    const maps = hhaMaps(depth, raw, { ...intrinsics, onProgress: (text) => progress({ text }) });
    const bytes = await writeParts(args.out, [encodePng(hhaImage(depth, maps))], signal);
    const { width, height } = depth;
    const missing = raw.values.reduce((count, mm) => count + (mm === 0 ? 1 : 0), 0) / (width * height);
    const text = table([
      [
        'read',
        `${args.depth}: ${height} x ${width} pixels, ${(100 * missing).toFixed(1)} % of them not measured`,
      ],
      ['gravity', maps.gravity.map((value) => value.toFixed(4)).join(' ')],
      ['wrote', args.out],
    ]);
    return { text, json: { out: args.out, bytes, width, height, missing, gravity: maps.gravity } };
  },
});
