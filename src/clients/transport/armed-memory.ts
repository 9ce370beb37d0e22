/**
 * Requests laid out before they are due, in memory that two threads see: the one that reads the sockets, and one
 * that does nothing but send. Whichever is awake when a request comes due claims its slot and sends it.
 *
 * Slots are armed in the order in which they come due, the n-th in slot n modulo their number. A slot's state holds
 * what it is in and how often it was armed before, so that nobody claims the next request for the last one.
 */
export interface ArmedMemory {
  /** Per slot: state, descriptor, length, bytes that the kernel took. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Per slot: address of its bytes, when it is due, when its send began and ended (ns of the run). */
  readonly numbers: Float64Array<SharedArrayBuffer>;
  /** One number: how many were ever armed. */
  readonly armed: Int32Array<SharedArrayBuffer>;
  /** One number that changes whenever anything is armed, by any thread that shares it: who waits for more waits here. */
  readonly bell: Int32Array<SharedArrayBuffer>;
}

/** A power of two. */
export const slotCount = 512;

const wordsOf = 4;
const numbersOf = 4;

export const armedStates = {
  /** The reading thread's: not armed, or claimed. */
  void: 0,
  armed: 1,
  /** The sending thread is at it. */
  leaving: 2,
  /** The sending thread has sent it. */
  left: 3,
} as const;

export const newBell = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4));

export function armedMemory(bell = newBell()): ArmedMemory {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * slotCount * wordsOf)),
    numbers: new Float64Array(new SharedArrayBuffer(8 * slotCount * numbersOf)),
    armed: new Int32Array(new SharedArrayBuffer(4)),
    bell,
  };
}

export const slotOf = (count: number): number => count & (slotCount - 1);

/** The state of the slot while it holds the `count`-th request. */
export const stateOf = (count: number, state: number): number => (Math.trunc(count / slotCount) << 2) | state;

export const stateAt = (slot: number): number => slot * wordsOf;
export const descriptorAt = (slot: number): number => slot * wordsOf + 1;
export const lengthAt = (slot: number): number => slot * wordsOf + 2;
export const takenAt = (slot: number): number => slot * wordsOf + 3;

export const addressAt = (slot: number): number => slot * numbersOf;
export const dueAt = (slot: number): number => slot * numbersOf + 1;
export const sentAt = (slot: number): number => slot * numbersOf + 2;
export const writtenAt = (slot: number): number => slot * numbersOf + 3;

/** Takes back what was laid out by a thread that is no more, or will not be for long: nobody sends it any more. */
export function disarm({ words }: ArmedMemory): void {
  for (let slot = 0; slot < slotCount; slot++) {
    const state = Atomics.load(words, stateAt(slot));
    if ((state & 3) === armedStates.armed) Atomics.compareExchange(words, stateAt(slot), state, state & ~3);
  }
}
