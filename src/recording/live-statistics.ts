import { outcomeClass, type RequestRecord } from '../core/record.ts';

/** A run in progress, counted. Survives structured cloning. */
export interface LiveStatistics {
  /** Requests whose bytes left. */
  readonly sent: number;
  /** Sent, or being connected, and not ended. */
  readonly inFlight: number;
  readonly completed: number;
  /** failed + truncated + timeout + dropped. */
  readonly failed: number;
  readonly cancelled: number;
  /** Scheduled and never sent; among `failed`. */
  readonly dropped: number;
  /** Output tokens so far, open requests included. */
  readonly tokens: number;
  /** Requests that have ended by `outcomeClass`. */
  readonly byClass: Readonly<Record<string, number>>;
  /** Stamps that contradicted an earlier one, and by how much at most, nanoseconds. */
  readonly disordered: { readonly count: number; readonly max: number };
  /** Pieces of a body whose stamp is a bound, and all pieces. */
  readonly boundedStamps: number;
  readonly stamps: number;
}

/** Counts what the assembler sees; every number is cheap to keep up. */
export class LiveCounter {
  sent = 0;
  boundedStamps = 0;
  stamps = 0;
  #completed = 0;
  #cancelled = 0;
  #dropped = 0;
  #failed = 0;
  #tokensOfEnded = 0;
  #disorders = 0;
  #worstDisorder = 0;
  readonly #byClass = new Map<string, number>();

  disorder(nanoseconds: number): void {
    this.#disorders++;
    this.#worstDisorder = Math.max(this.#worstDisorder, nanoseconds);
  }

  ended({ outcome, output }: RequestRecord): void {
    const name = outcomeClass(outcome);
    this.#byClass.set(name, (this.#byClass.get(name) ?? 0) + 1);
    if (outcome.status === 'completed') this.#completed++;
    else if (outcome.status === 'cancelled') this.#cancelled++;
    else this.#failed++;
    if (outcome.status === 'dropped') this.#dropped++;
    this.#tokensOfEnded += output.total ?? 0;
  }

  snapshot(inFlight: number, tokensOfOpen: number): LiveStatistics {
    return {
      sent: this.sent,
      inFlight,
      completed: this.#completed,
      failed: this.#failed,
      cancelled: this.#cancelled,
      dropped: this.#dropped,
      tokens: this.#tokensOfEnded + tokensOfOpen,
      byClass: Object.fromEntries(this.#byClass),
      disordered: { count: this.#disorders, max: this.#worstDisorder },
      boundedStamps: this.boundedStamps,
      stamps: this.stamps,
    };
  }
}
