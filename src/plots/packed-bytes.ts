/** Variable-length integers in base64: what a page can hold of a run, in a third of the room of JSON. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A whole number from 0 to 2^53. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#push(rest);
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Absent as 0, a number as itself plus 1. */
  optional(value: number | undefined): void {
    this.unsigned(value === undefined ? 0 : value + 1);
  }

  base64(): string {
    let binary = '';
    for (let i = 0; i < this.#length; i += 0x8000) {
      binary += String.fromCharCode(...this.#bytes.subarray(i, Math.min(this.#length, i + 0x8000)));
    }
    return btoa(binary);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(base64: string) {
    this.#bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('packed requests end in the middle of a number');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  optional(): number | undefined {
    const value = this.unsigned();
    return value === 0 ? undefined : value - 1;
  }
}
