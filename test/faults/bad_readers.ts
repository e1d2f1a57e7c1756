import { utf8 } from './files.js';
import { backed, type Format } from './formats.js';

const files = () => [utf8('some text of 1 line')];

/** Whole files are read before any fault is made: the readers must take those. */
const whole = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes) === 'some text of 1 line';

const bad = (name: string, read: (bytes: Uint8Array) => void): Format => ({
  name,
  files,
  read: (bytes) => {
    if (!whole(bytes)) read(bytes);
  },
});

/** Readers that do what none may, to show that it is seen. */
export const BAD_READERS: readonly Format[] = [
  bad('hangs', () => {
    for (;;);
  }),
  bad('allocates', () => new Float32Array(2 ** 25).fill(1)),
  bad('fills the heap', () => {
    for (const all: string[][] = []; ; )
      all.push(Array.from({ length: 1000 }, (_, i) => `${all.length}${i}`));
  }),
  bad('reads out of range', () => new DataView(new ArrayBuffer(1)).getFloat64(0)),
  bad('makes up zeros', (bytes) =>
    backed(bytes, [{ dims: [bytes.length], data: new Float32Array(bytes.length) }], 4),
  ),
];
