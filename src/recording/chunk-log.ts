import { chunkKinds } from '../core/record.ts';
import type { StreamEvent } from '../core/stream.ts';

export const otherKind = chunkKinds.indexOf('other');

const firstCapacity = 64;

/** The events of one response as they arrive, in columns that grow. */
export class ChunkLog {
  #at = new Float64Array(firstCapacity);
  /** Made with the first delay: most paths have no kernel stamps. */
  #delay: Float64Array<ArrayBuffer> | undefined;
  #bytes = new Uint32Array(firstCapacity);
  #read = new Uint32Array(firstCapacity);
  #kind = new Uint8Array(firstCapacity);
  #length = 0;
  /** The text of each event, '' where it has none. */
  readonly texts: string[] = [];
  /** Count by the server's token ids and cumulative usage of the events that have them, by index. */
  readonly tokenIds: (number | undefined)[] = [];
  readonly cumulative: (number | undefined)[] = [];

  get length(): number {
    return this.#length;
  }

  add(event: StreamEvent, at: number, delay: number, bytes: number, read: number): void {
    const index = this.#length++;
    if (index === this.#at.length) this.#grow();
    this.#at[index] = at;
    this.#bytes[index] = bytes;
    this.#read[index] = read;
    this.#kind[index] = chunkKinds.indexOf(event.kind);
    if (delay !== 0) this.#delay ??= new Float64Array(this.#at.length);
    if (this.#delay) this.#delay[index] = delay;
    this.texts.push(event.text ?? '');
    if (event.tokenIds !== undefined) this.tokenIds[index] = event.tokenIds;
    if (event.usage?.completionTokens !== undefined) this.cumulative[index] = event.usage.completionTokens;
  }

  /** Views of the columns; nothing is copied. */
  columns() {
    const end = this.#length;
    return {
      at: this.#at.subarray(0, end),
      bytes: this.#bytes.subarray(0, end),
      read: this.#read.subarray(0, end),
      kind: this.#kind.subarray(0, end),
      ...(this.#delay && { clientDelay: this.#delay.subarray(0, end) }),
    };
  }

  #grow(): void {
    const capacity = this.#at.length * 2;
    const larger = <Column extends Float64Array | Uint32Array | Uint8Array>(column: Column, into: Column): Column => {
      into.set(column);
      return into;
    };
    this.#at = larger(this.#at, new Float64Array(capacity));
    this.#delay &&= larger(this.#delay, new Float64Array(capacity));
    this.#bytes = larger(this.#bytes, new Uint32Array(capacity));
    this.#read = larger(this.#read, new Uint32Array(capacity));
    this.#kind = larger(this.#kind, new Uint8Array(capacity));
  }
}
