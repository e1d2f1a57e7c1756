/** What a process that reads files with faults is told. */
export interface FaultJob {
  readonly format: string;
  readonly dataUrl: string;
  /** Seeds 0 .. count - 1. */
  readonly count: number;
  /** File that always holds the seed at work. */
  readonly progress: string;
  /** For one file: bytes in arrays, characters of an error's message. */
  readonly most: { readonly bytes: number; readonly message: number };
}

/** What it found. */
export interface FaultReport {
  /** How many files were read, and how many gave each error. */
  readonly outcomes: Record<string, number>;
  readonly faults: { readonly seed: number; readonly what: string }[];
  readonly slowest: { readonly seed: number; readonly ms: number };
  readonly largest: { readonly seed: number; readonly bytes: number };
}
