/** How a shader sees one of its bindings. */
export type BindingType = 'uniform' | 'read-only-storage' | 'storage' | 'texture' | 'storage-texture';

/** A variable of group 0. */
export interface KernelBinding {
  readonly name: string;
  readonly binding: number;
  readonly type: BindingType;
}

/** A field of the params struct. */
export interface KernelField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
  /** Byte offset in the params struct. */
  readonly offset: number;
}

/** One `.wgsl` file and what reflection read from it at build time. */
export interface Kernel {
  /** File name without extension; also the entry point. */
  readonly name: string;
  readonly code: string;
  /** From the line `// needs: subgroups, f16`; empty for a portable kernel. */
  readonly needs: readonly string[];
  /** Bindings of group 0, in order of their number. */
  readonly bindings: readonly KernelBinding[];
  /** Fields of the uniform struct `params`, by byte offset. */
  readonly params: readonly KernelField[];
  /** Bytes of the uniform struct, a multiple of 16; 0 without one. */
  readonly paramsBytes: number;
  readonly overrides: readonly string[];
  /** Where the kernel has an override WORKGROUP, its default stands for the first. */
  readonly workgroup: readonly [number, number, number];
}
