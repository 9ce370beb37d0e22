/** Numbers the turns of this thread's loop, as far as anybody asks. */
export class LoopTurn {
  #number = 0;
  #asked = false;

  /** The same until what is being dealt with now is done. */
  get number(): number {
    if (!this.#asked) {
      this.#asked = true;
      setImmediate(this.#end);
    }
    return this.#number;
  }

  readonly #end = (): void => {
    this.#asked = false;
    this.#number++;
  };
}
