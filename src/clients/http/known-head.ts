import type { ResponseFraming } from './response-head.ts';

const mostBytes = 4096;

/**
 * The head of the answer before, and how it was read: most servers send the same bytes again, and comparing
 * them costs a tenth of reading them.
 */
export class KnownHead {
  readonly #bytes = new Uint8Array(mostBytes);
  #length = 0;
  #framing: ResponseFraming | undefined;

  get length(): number {
    return this.#length;
  }

  remember(bytes: Uint8Array, length: number, framing: ResponseFraming): void {
    if (length > mostBytes) return;
    this.#bytes.set(bytes.subarray(0, length));
    this.#length = length;
    this.#framing = framing;
  }

  /** How the head is read that `bytes[start, end)` begins with; undefined if it is another, or not all there. */
  at(bytes: Uint8Array, start: number, end: number): ResponseFraming | undefined {
    const length = this.#length;
    if (length === 0 || end - start < length) return undefined;
    const known = this.#bytes;
    for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return undefined;
    return this.#framing;
  }
}
