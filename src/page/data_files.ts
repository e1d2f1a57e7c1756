import type { DataFiles } from '../data/files.js';
import { DataError } from '../errors.js';
import type { Host } from './host.js';
import type { SentError } from './protocol.js';

/** The files of data sets that the command's server reads for a job. */
export function serverFiles({ url, signal }: Pick<Host, 'url' | 'signal'>): DataFiles {
  const ask = async (what: 'read' | 'list', path: string): Promise<Response> => {
    const response = await fetch(`${url}data?${new URLSearchParams({ [what]: path })}`, { signal });
    if (response.ok) return response;
    const { message, fields } = (await response.json()) as SentError;
    const from = typeof fields.path === 'string' ? fields.path : path;
    throw new DataError(message.startsWith(`${from}: `) ? message.slice(from.length + 2) : message, from);
  };
  return {
    read: async (path) => new Uint8Array(await (await ask('read', path)).arrayBuffer()),
    list: async (folder) => (await ask('list', folder)).json(),
  };
}
