import type { DataFiles } from '../data/files.js';
import { DataError } from '../errors.js';
import type { Host } from './host.js';
import type { SentError } from './protocol.js';

const ARRAYS = { Uint8Array, Uint16Array, Float32Array, Float64Array };

/** The files of data sets that the command's server reads for a job. */
export function serverFiles({ url, signal }: Pick<Host, 'url' | 'signal'>): Required<DataFiles> {
  const ask = async (what: 'read' | 'list' | 'slice', path: string, more = {}): Promise<Response> => {
    const response = await fetch(`${url}data?${new URLSearchParams({ [what]: path, ...more })}`, { signal });
    if (response.ok) return response;
    const { message, fields } = (await response.json()) as SentError;
    const from = typeof fields.path === 'string' ? fields.path : path;
    throw new DataError(message.startsWith(`${from}: `) ? message.slice(from.length + 2) : message, from);
  };
  return {
    read: async (path) => new Uint8Array(await (await ask('read', path)).arrayBuffer()),
    list: async (folder) => (await ask('list', folder)).json(),
    async slice(path, array, part) {
      const response = await ask('slice', path, { array, part: JSON.stringify(part) });
      const { dims, type } = JSON.parse(response.headers.get('x-array')!) as {
        dims: number[];
        type: keyof typeof ARRAYS;
      };
      return { dims, data: new ARRAYS[type](await response.arrayBuffer()) };
    },
  };
}
