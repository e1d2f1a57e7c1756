// Test data, from the server of the test runner: in Node, in Deno and in a page alike.

export interface DataServer {
  /** With a trailing slash. */
  readonly url: string;
  /** Whether RAREFY_DATA names a folder with more data. */
  readonly extra: boolean;
}

const server = (): DataServer => {
  const { dataServer } = globalThis as { dataServer?: DataServer };
  if (!dataServer) throw new Error('tests: there is no data server, run them with dist/test/run.js');
  return dataServer;
};

export function serveDataFrom(dataServer: DataServer): void {
  Object.assign(globalThis, { dataServer });
}

/** Where the data server is, for a process that a test starts. */
export const dataUrl = (): string => server().url;

async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(server().url + path.split('/').map(encodeURIComponent).join('/'));
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file of test/data. */
export const testData = (path: string) => fetchBytes(`data/${path}`);

/** A file of the folder that RAREFY_DATA names. */
export const extraData = (path: string) => fetchBytes(`rarefy-data/${path}`);

/** Has a service of the test runner compute. */
export async function ask(service: string, body: BodyInit): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(server().url + service, { method: 'POST', body });
  if (!response.ok) throw new Error(`${service}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The URL of a file of dist/. */
export const builtFile = (path: string): string => `${server().url}dist/${path}`;

/** Whether `extraData` has a folder to read; known before the tests are defined. */
export const hasExtraData = (): boolean => server().extra;
