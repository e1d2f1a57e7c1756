import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';

const library = pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), '../index.js')).href;

/** Prints how many names the library exports, and the globals that its import adds, drops or replaces. */
const PROBE = `
  delete globalThis.navigator;
  // Node fills some globals in when they are first read.
  for (const key of Reflect.ownKeys(globalThis)) void globalThis[key];
  const all = () => new Map(Reflect.ownKeys(globalThis).map((key) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(globalThis, key);
    return [key, [value, get, set]];
  }));
  const before = all();
  const exported = Object.keys(await import(${JSON.stringify(library)})).length;
  const after = all();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => {
    const [a, b] = [before.get(key), after.get(key)];
    return !a || !b || a.some((part, i) => !Object.is(part, b[i]));
  });
  console.log(JSON.stringify({ exported, changed: changed.map(String), navigator: 'navigator' in globalThis }));
`;

describe('the library', () => {
  it('touches no global when it is imported, where there is no navigator', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROBE], {
      encoding: 'utf8',
    });
    expect(status, stderr).to.equal(0);
    const { exported, changed, navigator } = JSON.parse(stdout);
    expect(exported).to.be.above(10);
    expect(changed).to.deep.equal([]);
    expect(navigator).to.equal(false);
  });
});
