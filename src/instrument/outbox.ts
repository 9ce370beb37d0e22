import type { OrderBatch } from './messages.ts';

interface Ready {
  readonly batch: OrderBatch;
  readonly start: number;
  readonly end: number;
}

/** Bodies that are ready to leave, by request, and requests that are due but whose body is not there yet. */
export class Outbox {
  readonly #ready = new Map<number, Ready>();
  readonly #owed = new Set<number>();
  /** Everything below was let go. */
  #lowest = 0;
  readonly #send: (request: number, body: Uint8Array) => void;

  constructor(send: (request: number, body: Uint8Array) => void) {
    this.#send = send;
  }

  /** Takes the bodies that are `mine`; those already due leave at once. */
  add(batch: OrderBatch, mine: (request: number) => boolean): void {
    for (let i = 0; i < batch.requests.length; i++) {
      const request = batch.requests[i] ?? 0;
      if (!mine(request)) continue;
      this.#ready.set(request, { batch, start: batch.offsets[i] ?? 0, end: batch.offsets[i + 1] ?? 0 });
      if (this.#owed.delete(request)) this.send(request);
    }
  }

  /** Sends a request; one whose body is not composed yet leaves, late, as soon as it is. */
  send(request: number): void {
    const ready = this.#ready.get(request);
    if (!ready) {
      this.#owed.add(request);
      return;
    }
    this.#ready.delete(request);
    this.#send(request, ready.batch.bodies.subarray(ready.start, ready.end));
  }

  /** The body of a request that is not to leave yet; undefined if it is not composed yet. */
  bodyOf(request: number): Uint8Array | undefined {
    const ready = this.#ready.get(request);
    return ready?.batch.bodies.subarray(ready.start, ready.end);
  }

  /** Requests below this were taken, by us or by other workers; their bodies are let go. */
  forgetBelow(request: number): void {
    for (; this.#lowest < request; this.#lowest++) this.#ready.delete(this.#lowest);
  }
}
