/** What became of one test, and of the whole run. */
export type TestEvent =
  | { readonly kind: 'pass'; readonly title: string; readonly ms: number }
  | { readonly kind: 'skip'; readonly title: string }
  | { readonly kind: 'fail'; readonly title: string; readonly message: string; readonly stack: string };

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TestOptions {
  /** A regular expression over full titles. */
  readonly grep?: string | undefined;
  /** Runs the tests that have `(long)` in their title, and no others; without it they are left out. */
  readonly long: boolean;
  readonly extraData: boolean;
}

/** Mocha's `grep` for these options. */
export const titles = ({ grep = '', long }: TestOptions): RegExp =>
  new RegExp(`^${long ? '(?=.*\\(long\\))' : '(?!.*\\(long\\))'}.*(?:${grep})`, 's');

/** Runs mocha's tests and sends each result as it comes. */
export function report(mocha: Mocha, emit: (event: TestEvent) => void): Promise<Totals> {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  return new Promise((done) => {
    mocha
      .run(() => done(totals))
      .on('pass', (test) => {
        totals.passed++;
        emit({ kind: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 });
      })
      .on('pending', (test) => {
        totals.skipped++;
        emit({ kind: 'skip', title: test.fullTitle() });
      })
      .on('fail', (test, error: Error) => {
        totals.failed++;
        const { message = String(error), stack = '' } = error;
        emit({ kind: 'fail', title: test.fullTitle(), message, stack });
      });
  });
}

/** A reporter that shows nothing: `report` sends the results. */
export class Silent {}
