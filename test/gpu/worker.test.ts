import { expect } from 'chai';
import { builtFile } from '../data.js';
import { random } from '../random.js';
import { conv2d } from '../reference/conv2d.js';
import { relativeError } from './compare.js';
import type { Reply, Task } from './worker.js';

describe('a dedicated Worker', () => {
  it('runs the library, which needs no DOM', async function () {
    if (typeof Worker === 'undefined') return this.skip();
    const xs = { n: 1, c: 5, h: 13, w: 17 };
    const ws = { out: 6, in: 5, kernel: [3, 3], groups: 1, transposed: false } as const;
    const options = { pad: 1, relu: true };
    const x = random(5 * 13 * 17, 1);
    const w = random(6 * 5 * 9, 2);
    const task: Task = { library: builtFile('index.js'), x, xs, w, ws, options };
    const worker = new Worker(builtFile('test/worker.js'), { type: 'module' });
    try {
      const reply = await new Promise<Reply>((done, failed) => {
        worker.onmessage = ({ data }: MessageEvent<Reply>) => done(data);
        worker.onerror = ({ message }) => failed(new Error(`worker: ${message}`));
        worker.postMessage(task);
      });
      if (reply.kind === 'missing') return this.skip();
      if (reply.kind === 'failed') throw new Error(`worker: ${reply.message}`);
      const tolerance = 2 ** -24 * (4 + 2 * Math.sqrt(5 * 9));
      expect(relativeError(reply.y, conv2d(x, xs, w, ws, null, options))).to.be.at.most(tolerance);
    } finally {
      worker.terminate();
    }
  });
});
