import type { Progress } from '../page/protocol.js';

/** Milliseconds between two plain lines of the same text. */
const PLAIN_INTERVAL = 10_000;

/** Progress on stderr: one line that changes on a terminal, plain lines elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;
  #text = '';
  #printed = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show({ text, done, total }: Progress): void {
    const line = done === undefined ? text : `${text} ${total === undefined ? done : `${done}/${total}`}`;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
      this.#shown = true;
      return;
    }
    const now = Date.now();
    if (text === this.#text && now - this.#printed < PLAIN_INTERVAL) return;
    this.#text = text;
    this.#printed = now;
    this.#stream.write(`${line}\n`);
  }

  /** Prints a line that stays. */
  log(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}
