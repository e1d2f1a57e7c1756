import type { Engine } from '../src/engine/engine.js';
import { downloadLabels } from '../src/engine/pixels.js';
import { Recording } from '../src/engine/recording.js';
import { download } from '../src/engine/tensor.js';
import type { Contender } from './contender.js';

/** Our operators, recorded once and submitted launch by launch, as a compiled net does. */
export const rarefy = (engine: Engine): Contender => ({
  name: 'rarefy',
  async prepare(c, inputs) {
    const launch = c.launch(engine, inputs, 'f32');
    const recording = new Recording(engine);
    launch.run(recording);
    const { dispatches } = recording;
    await Promise.all(dispatches.map((d) => engine.pipelines.compile(d)));
    const { queue } = engine.device;
    return {
      variant: [...new Set(dispatches.map((d) => d.kernel.name))].join(' + '),
      run() {
        const encoder = engine.device.createCommandEncoder();
        const params = engine.encode(encoder, dispatches);
        queue.submit([encoder.finish()]);
        params?.destroy();
      },
      finish: () => engine.alive(queue.onSubmittedWorkDone()),
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
