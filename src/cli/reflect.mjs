// Reads a kernel's interface from its text, for the build and for kernels that a command is given.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';

const bindingType = { read: 'read-only-storage', read_write: 'storage', write: 'storage' };

/** The values of a line `// key: a, b` of a kernel. */
const listed = (code, key) =>
  (new RegExp(`^// ${key}: (.*)$`, 'm').exec(code)?.[1] ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean);

export function partsOf(path, partFolders = []) {
  return listed(readFileSync(path, 'utf8'), 'uses').map((part) => {
    const found = [dirname(path), ...partFolders]
      .map((f) => join(f, `${part}.wgsl`))
      .find((f) => existsSync(f));
    if (!found) throw new Error(`${path}: uses ${part}, but there is no ${part}.wgsl beside it`);
    return found;
  });
}

/** A size of a workgroup: a number, or an override by its default. */
function workgroupSize(path, code, text) {
  const value = Number(
    new RegExp(`\\boverride\\s+${text}\\b[^=;]*=\\s*(\\d+)u?\\s*;`).exec(code)?.[1] ?? text,
  );
  if (!Number.isInteger(value))
    throw new Error(`${path}: workgroup size ${text}, should be a number or an override`);
  return value;
}

/** A kernel's text, followed by the parts that it shares with others, so that its own line numbers hold. */
const textOf = (path, partFolders) =>
  [path, ...partsOf(path, partFolders)].map((file) => readFileSync(file, 'utf8')).join('\n');

export function reflectKernel(path, { entry: wanted = basename(path, '.wgsl'), partFolders = [] } = {}) {
  const code = textOf(path, partFolders);
  // The reflection knows no `enable` of extensions and no alias that a prelude brings.
  const r = new WgslReflect(`alias Elem = f32;\n${code.replace(/^\s*(enable|requires) .*;/gm, '')}`);
  const entries = r.entry.compute;
  const entry = entries.find((e) => e.name === wanted) ?? (wanted === null ? entries[0] : undefined);
  if (!entry) throw new Error(`${path}: no compute entry point${wanted === null ? '' : ` '${wanted}'`}`);
  const size = entry.attributes.find((a) => a.name === 'workgroup_size')?.value;
  if (!Array.isArray(size) || size.length !== 3) throw new Error(`${path}: write three workgroup sizes`);
  const bindings = [
    ...r.uniforms.map((u) => ({ name: u.name, binding: u.binding, type: 'uniform' })),
    ...r.storage.map((s) => ({
      name: s.name,
      binding: s.binding,
      type: s.type.name.startsWith('texture_storage') ? 'storage-texture' : bindingType[s.access],
    })),
    ...r.textures.map((t) => ({ name: t.name, binding: t.binding, type: 'texture' })),
  ].sort((a, b) => a.binding - b.binding);
  const struct = r.uniforms.find((u) => u.name === 'params');
  const params = (struct?.type.members ?? []).map((m) => ({
    name: m.name,
    type: m.type.name,
    offset: m.offset,
  }));
  const paramsBytes = struct ? Math.ceil(struct.type.size / 16) * 16 : 0;
  const overrides = r.overrides.map((o) => o.name);
  const needs = listed(code, 'needs');
  return {
    name: entry.name,
    code,
    needs,
    bindings,
    params,
    paramsBytes,
    overrides,
    workgroup: size.map((text) => workgroupSize(path, code, text)),
  };
}
