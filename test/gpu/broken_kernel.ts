import type { Kernel } from '../../src/kernel.js';

/** A kernel that does not compile, for its third line. */
export const BROKEN: Kernel = {
  name: 'broken',
  code: '@compute @workgroup_size(1, 1, 1)\nfn broken() {\n  let x: u32 = 1.5;\n}\n',
  needs: [],
  bindings: [],
  params: [],
  paramsBytes: 0,
  overrides: [],
  workgroup: [1, 1, 1],
};
