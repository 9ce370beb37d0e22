import { chunkKinds } from '../core/record.ts';
import type { StreamEvent } from '../core/stream.ts';
import { TextLog } from './text-log.ts';

export const otherKind = chunkKinds.indexOf('other');

const firstCapacity = 64;

/** When and how an event arrived. */
export interface Arrival {
  /** Nanoseconds of the run. */
  readonly at: number;
  /** How much later user space had it, nanoseconds. */
  readonly delay: number;
  /** Which read of the response brought it. */
  readonly read: number;
}

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
  readonly texts = new TextLog();
  /** Count by the server's token ids and cumulative usage of the events that have them, by index. */
  readonly tokenIds: (number | undefined)[] = [];
  readonly cumulative: (number | undefined)[] = [];

  get length(): number {
    return this.#length;
  }

  add(event: StreamEvent, arrival: Arrival, bytes: number): void {
    const index = this.#append(event.kind, arrival, bytes);
    this.texts.add(event.text ?? '');
    if (event.tokenIds !== undefined) this.tokenIds[index] = event.tokenIds;
    if (event.usage?.completionTokens !== undefined) this.cumulative[index] = event.usage.completionTokens;
  }

  /** An event that has nothing but text: `source[start, end)` in UTF-8. */
  addText(
    kind: StreamEvent['kind'],
    arrival: Arrival,
    bytes: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#append(kind, arrival, bytes);
    this.texts.addBytes(source, start, end);
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

  #append(kind: StreamEvent['kind'], { at, delay, read }: Arrival, bytes: number): number {
    const index = this.#length++;
    if (index === this.#at.length) this.#grow();
    this.#at[index] = at;
    this.#bytes[index] = bytes;
    this.#read[index] = read;
    this.#kind[index] = chunkKinds.indexOf(kind);
    if (delay !== 0) this.#delay ??= new Float64Array(this.#at.length);
    if (this.#delay) this.#delay[index] = delay;
    return index;
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
