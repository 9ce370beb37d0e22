import type { OrderBatch } from './messages.ts';

export interface Work {
  readonly count: number;
  /** Absent in a closed loop. */
  readonly scheduledAt?: Float64Array;
  /** The body of one request. */
  body(request: number): Uint8Array;
}

/** Turns work into batches of bodies in shared memory, in the order they are due. */
export class Composer {
  readonly #work: Work;
  #next = 0;

  constructor(work: Work) {
    this.#work = work;
  }

  get done(): boolean {
    return this.#next >= this.#work.count;
  }

  /** When the first request that is not composed yet is due; undefined when all are, or in a closed loop. */
  get composedUntil(): number | undefined {
    return this.#work.scheduledAt?.[this.#next];
  }

  get composed(): number {
    return this.#next;
  }

  /** The next requests, at most `most`, bodies at most about `bytes` together. */
  batch(most: number, bytes: number): OrderBatch {
    const first = this.#next;
    const bodies: Uint8Array[] = [];
    let size = 0;
    while (this.#next < this.#work.count && bodies.length < most && size < bytes) {
      const body = this.#work.body(this.#next++);
      bodies.push(body);
      size += body.length;
    }
    const batch: OrderBatch = {
      requests: Uint32Array.from(bodies, (_, i) => first + i),
      due: this.#work.scheduledAt?.slice(first, this.#next) ?? new Float64Array(),
      offsets: new Uint32Array(bodies.length + 1),
      bodies: new Uint8Array(new SharedArrayBuffer(size)),
    };
    let offset = 0;
    bodies.forEach((body, i) => {
      batch.bodies.set(body, offset);
      offset += body.length;
      batch.offsets[i + 1] = offset;
    });
    return batch;
  }
}
