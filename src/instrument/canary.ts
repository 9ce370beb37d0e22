import { payloadOf, type TapeEntry, tapeFlags, tapeKinds } from '../core/tape.ts';
import { type Spread, spreadOf } from '../recording/spread.ts';

/** Requests from here on are canaries, one per receiving loop. Within 31 bits, which V8 keeps without an object. */
const firstCanary = 0x3fff_ff00;

export const canaryOf = (receiver: number): number => firstCanary + receiver;
export const isCanary = (request: number): boolean => request >= firstCanary;

export interface CanaryFacts {
  readonly events: number;
  /** How far from when the source sent it an event was stamped, nanoseconds. */
  readonly error?: Spread;
}

/** Reads the stamps in the canary streams and compares them with ours. */
export class Canary {
  #errors = new Float64Array(1024);
  #count = 0;
  readonly #rest = new Map<number, string>();

  visit(entry: TapeEntry): void {
    if (entry.kind !== tapeKinds.body) return;
    const text = (this.#rest.get(entry.request) ?? '') + Buffer.from(payloadOf(entry)).toString('latin1');
    const end = text.lastIndexOf('\n');
    this.#rest.set(entry.request, text.slice(end + 1));
    const exact = (entry.flags & tapeFlags.bounded) === 0;
    for (const [, stamp] of text.slice(0, end + 1).matchAll(/data: (\d+)/g)) {
      if (exact) this.#add(Math.abs(entry.at - Number(stamp)));
    }
  }

  facts(): CanaryFacts {
    if (this.#count === 0) return { events: 0 };
    return { events: this.#count, error: spreadOf(this.#errors.subarray(0, this.#count)) };
  }

  #add(error: number): void {
    if (this.#count === this.#errors.length) {
      const larger = new Float64Array(this.#errors.length * 2);
      larger.set(this.#errors);
      this.#errors = larger;
    }
    this.#errors[this.#count++] = error;
  }
}
