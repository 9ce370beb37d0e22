/** As many requests as are open at a time, or some more: with fewer slots chains are cut, and nothing else. */
const slots = 8192;
const none = -1;

function longer(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(numbers.length * 2);
  result.set(numbers);
  return result;
}

/**
 * Groups places by the number they belong to, in time that grows with their count alone. Those of one number stay in
 * order, in one chain; in several, one after the other, where two numbers want the same slot.
 */
export class Chains {
  #places = new Int32Array(1024);
  #numbers = new Int32Array(1024);
  /** Of each place: the next one of its chain. */
  #next = new Int32Array(1024);
  /** Where each chain begins. */
  #firsts = new Int32Array(1024);
  /** Of each slot: the last place of the chain that has it. */
  readonly #lastOf = new Int32Array(slots).fill(none);
  #count = 0;
  #chains = 0;

  get length(): number {
    return this.#count;
  }

  clear(): void {
    this.#lastOf.fill(none);
    this.#count = 0;
    this.#chains = 0;
  }

  /** A place below 2³¹, and a number of which 32 bits tell it from others. */
  add(number: number, place: number): void {
    const index = this.#count++;
    if (index === this.#places.length) this.#grow();
    const id = number | 0;
    this.#places[index] = place;
    this.#numbers[index] = id;
    this.#next[index] = none;
    const slot = id & (slots - 1);
    const last = this.#lastOf[slot] as number;
    if (last !== none && this.#numbers[last] === id) this.#next[last] = index;
    else this.#firsts[this.#chains++] = index;
    this.#lastOf[slot] = index;
  }

  /** Chain after chain, in the order in which they began. */
  forEach(visit: (place: number) => void): void {
    for (let chain = 0; chain < this.#chains; chain++) {
      for (let i = this.#firsts[chain] as number; i !== none; i = this.#next[i] as number)
        visit(this.#places[i] as number);
    }
  }

  #grow(): void {
    this.#places = longer(this.#places);
    this.#numbers = longer(this.#numbers);
    this.#next = longer(this.#next);
    this.#firsts = longer(this.#firsts);
  }
}
