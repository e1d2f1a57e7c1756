// What travels between a command and the page that computes for it, as JSON.

export const RUNTIMES = ['chrome', 'node', 'deno'] as const;
/** Headless Chrome (Dawn), the package webgpu in Node (Dawn), or Deno (wgpu and naga). */
export type Runtime = (typeof RUNTIMES)[number];

export interface JobDescription {
  /** Key of the page's table of jobs. */
  readonly name: string;
  readonly options: unknown;
  readonly runtime: Runtime;
}

/** An error with the fields of its type, such as `needed` and `have`. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How far a job is: what it does now and, where it can tell, the steps done of all. */
export interface Progress {
  readonly text: string;
  readonly done?: number;
  readonly total?: number;
}
