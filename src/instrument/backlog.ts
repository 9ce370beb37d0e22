/** How much of a tape is written and not read: it lies in memory, and grows while the recorder has no core. */
export class Backlog {
  readonly #limit: number;
  readonly #onOver: () => void;
  #bytes = 0;
  #most = 0;

  /** `onOver` hears once that there are more than `limit` bytes. */
  constructor(limit: number, onOver: () => void) {
    this.#limit = limit;
    this.#onOver = onOver;
  }

  /** The most there was at one time, in parts of the limit. */
  get most(): number {
    return this.#most / this.#limit;
  }

  written(bytes: number): void {
    const wasOver = this.#most > this.#limit;
    this.#bytes += bytes;
    this.#most = Math.max(this.#most, this.#bytes);
    if (!wasOver && this.#most > this.#limit) this.#onOver();
  }

  read(bytes: number): void {
    this.#bytes -= bytes;
  }
}
