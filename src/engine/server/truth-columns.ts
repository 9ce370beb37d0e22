/** Times and tokens of the first events there is room for. */
const firstRoom = 64;
const width = 3;

/**
 * When events were written and due, and their tokens, outside the heap of JavaScript: numbers that gather there for as
 * long as an answer takes would have the whole heap collected every other second.
 */
export class TruthColumns {
  #values = new Float64Array(width * firstRoom);
  #length = 0;

  push(at: number, due: number, tokens: number): void {
    let values = this.#values;
    if (this.#length === values.length) {
      values = new Float64Array(2 * values.length);
      values.set(this.#values);
      this.#values = values;
    }
    values[this.#length++] = at;
    values[this.#length++] = due;
    values[this.#length++] = tokens;
  }

  get at(): number[] {
    return this.#column(0);
  }

  get due(): number[] {
    return this.#column(1);
  }

  get tokens(): number[] {
    return this.#column(2);
  }

  #column(index: number): number[] {
    return Array.from({ length: this.#length / width }, (_, i) => this.#values[width * i + index] ?? 0);
  }
}
