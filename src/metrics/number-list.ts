/** A growing list of numbers in flat memory. */
export class NumberList {
  #values: Float64Array<ArrayBuffer>;
  #length = 0;

  /** `expected`: how many will come, if that is known. */
  constructor(expected = 0) {
    this.#values = new Float64Array(expected);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#values = grown(this.#values, this.#length + 1);
    this.#values[this.#length++] = value;
  }

  get length(): number {
    return this.#length;
  }

  /** What is in the list; shares its memory until the next `push`. */
  get values(): Float64Array<ArrayBuffer> {
    return this.#values.subarray(0, this.#length);
  }
}

/** The same content with room for at least `size` numbers. */
export function grown(array: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  if (size <= array.length) return array;
  const larger = new Float64Array(Math.max(size, array.length * 2, 64));
  larger.set(array);
  return larger;
}
