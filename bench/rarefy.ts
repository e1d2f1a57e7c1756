import type { Engine } from '../src/engine/engine.js';
import { downloadLabels } from '../src/engine/pixels.js';
import { Recording } from '../src/engine/recording.js';
import { download } from '../src/engine/tensor.js';
import type { Contender } from './contender.js';

/** Our operators, recorded once; the launches of a sample are one submit, as the layers of a net are. */
export const rarefy = (engine: Engine): Contender => ({
  name: 'rarefy',
  async prepare(c, inputs) {
    const launch = c.launch(engine, inputs, 'f32');
    const recording = new Recording(engine);
    launch.run(recording);
    const { dispatches } = recording;
    await Promise.all(dispatches.map((d) => engine.pipelines.compile(d)));
    const { device } = engine;
    let encoder: GPUCommandEncoder | undefined;
    const params: (GPUBuffer | null)[] = [];
    return {
      variant: [...new Set(dispatches.map((d) => d.kernel.name))].join(' + '),
      run() {
        encoder ??= device.createCommandEncoder();
        params.push(engine.encode(encoder, dispatches));
      },
      async finish() {
        if (encoder) device.queue.submit([encoder.finish()]);
        encoder = undefined;
        for (const buffer of params.splice(0)) buffer?.destroy();
        await engine.alive(device.queue.onSubmittedWorkDone());
      },
      read: () =>
        Promise.all(
          launch.outputs.map((y) => ('elem' in y ? download(engine, y) : downloadLabels(engine, y))),
        ),
      free() {
        recording.release();
        launch.free();
      },
    };
  },
});
