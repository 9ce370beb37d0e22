const firstBytes = 128;
const firstPieces = 16;

/**
 * Pieces of one text, as bytes one after the other: an answer that is still open costs what its text
 * costs, and no object for each token.
 */
export class TextLog {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #end = 0;
  /** Where each piece ends. */
  #ends = new Uint32Array(firstPieces);
  #count = 0;
  /** Pieces that are half a character of two, which UTF-8 cannot hold, by index. */
  #halves: Map<number, string> | undefined;

  add(piece: string): void {
    if (piece.isWellFormed()) {
      const length = Buffer.byteLength(piece);
      this.#reserve(length);
      this.#bytes.write(piece, this.#end);
      this.#close(length);
    } else {
      this.#halves ??= new Map();
      this.#halves.set(this.#count, piece);
      this.#close(0);
    }
  }

  /** The piece `source[start, end)`, in UTF-8. */
  addBytes(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    for (let from = start, to = this.#end; from < end; from++, to++) bytes[to] = source[from] as number;
    this.#close(end - start);
  }

  isEmpty(index: number): boolean {
    const start = index === 0 ? 0 : this.#ends[index - 1];
    return this.#ends[index] === start && !this.#halves?.has(index);
  }

  pieces(): string[] {
    const pieces: string[] = new Array(this.#count);
    for (let i = 0, start = 0; i < this.#count; i++) {
      const end = this.#ends[i] ?? 0;
      pieces[i] = this.#halves?.get(i) ?? this.#bytes.toString('utf8', start, end);
      start = end;
    }
    return pieces;
  }

  #reserve(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  #close(length: number): void {
    this.#end += length;
    if (this.#count === this.#ends.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#ends[this.#count++] = this.#end;
  }
}
