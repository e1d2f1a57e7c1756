import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadError } from '../../errors.js';
import { command, type Outcome, type Tools, UsageError } from '../command.js';
import { download, sha1Of } from '../download.js';
import { mebibytes } from '../run_text.js';
import { table } from '../table.js';
import { fileName, ZOO, type ZooFile } from '../zoo.js';

function listed(): Outcome {
  const rows = ZOO.map((f) => [f.name, f.net ?? '', f.sha1 ? 'sha1' : 'unverified', f.about]);
  const note = 'unverified: nobody published a hash of the file, so only its length is checked';
  return {
    text: [table([['name', '--net', 'check', 'weights'], ...rows]), note].join('\n\n'),
    json: { files: ZOO },
  };
}

/** A file that is there already, if it is the one that is wanted. */
async function present(file: ZooFile, path: string, { signal, progress }: Tools) {
  if (!existsSync(path)) return null;
  progress({ text: `checking ${path}` });
  const sha1 = await sha1Of(path, signal);
  if (file.sha1 !== null && sha1 !== file.sha1)
    throw new DownloadError(
      `${path}: sha1 ${sha1}, should be ${file.sha1}; remove the file to fetch it anew`,
    );
  return { bytes: (await stat(path)).size, sha1, resumedFrom: 0 };
}

export const pull = command({
  name: 'pull',
  description:
    "Fetches a public file of trained weights, the FCN authors' or BVLC's; lists them without a name",
  args: {
    name: { type: 'positional', description: 'which one', required: false },
    out: { type: 'string', default: 'models', description: 'folder for the file', valueHint: 'DIR' },
    mirror: { type: 'string', description: 'fetch URL/FILE instead of the original', valueHint: 'URL' },
  },
  async run({ name, out, mirror }, tools) {
    if (!name) return listed();
    const file = ZOO.find((f) => f.name === name);
    if (!file)
      throw new UsageError(`pull: no file '${name}', should be one of ${ZOO.map((f) => f.name).join(', ')}`);
    const path = join(out, fileName(file));
    const url = mirror ? `${mirror.replace(/\/+$/, '')}/${fileName(file)}` : file.url;
    const there = await present(file, path, tools);
    const got =
      there ??
      (await download(url, path, {
        ...file,
        signal: tools.signal,
        log: tools.log,
        onProgress: ({ done, total }) =>
          tools.progress({ text: `fetching ${url}`, done, ...(total !== null && { total }) }),
      }));
    const verified = file.sha1 !== null;
    const text = table([
      [there ? 'there already' : 'fetched', `${path}, ${mebibytes(got.bytes)}`],
      ...(got.resumedFrom > 0 ? [['resumed', `at ${mebibytes(got.resumedFrom)}`]] : []),
      ['sha1', `${got.sha1}, ${verified ? 'as published' : 'unverified: nobody published one'}`],
      ['weights', file.about],
      ['licence', file.licence],
      ...(file.net ? [['use', `rarefy segment photo.jpg --net ${file.net} --weights ${path}`]] : []),
    ]);
    return { text, json: { name, path, url, ...got, verified, net: file.net, licence: file.licence } };
  },
});
