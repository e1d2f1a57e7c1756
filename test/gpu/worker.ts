// What the test of the library in a dedicated Worker runs there: no document, no window.
import type { FilterShape } from '../../src/lower/filter.js';
import type { Conv2dOptions } from '../../src/ops/conv2d.js';
import type { Shape } from '../../src/shape.js';

export interface Task {
  /** URL of the published bundle. */
  readonly library: string;
  readonly x: Float32Array;
  readonly xs: Shape;
  readonly w: Float32Array;
  readonly ws: FilterShape;
  readonly options: Conv2dOptions;
}

export type Reply =
  | { readonly kind: 'done'; readonly y: Float32Array }
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'failed'; readonly message: string };

async function answer({ library, x, xs, w, ws, options }: Task): Promise<Reply> {
  if (typeof document !== 'undefined') return { kind: 'failed', message: 'there is a document' };
  if (!(globalThis.navigator as Navigator | undefined)?.gpu)
    return { kind: 'missing', what: 'navigator.gpu' };
  const r: typeof import('../../src/index.js') = await import(library);
  const engine = await r.createEngine();
  const input = r.upload(engine, x, xs);
  const filter = r.uploadFilter(engine, w, ws, r.conv2dLayout(ws, options, engine));
  const y = await r.download(engine, r.conv2d(engine, input, filter, null, options));
  engine.dispose();
  return { kind: 'done', y };
}

globalThis.onmessage = async ({ data }: MessageEvent<Task>) => {
  const reply = await answer(data).catch(
    (error): Reply => ({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
  postMessage(reply);
};
