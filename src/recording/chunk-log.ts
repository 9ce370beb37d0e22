import { chunkKinds } from '../core/record.ts';
import type { StreamEvent } from '../core/stream.ts';
import { TextLog } from './text-log.ts';

export const otherKind = chunkKinds.indexOf('other');

const firstCapacity = 16;

/** When and how an event arrived. */
export interface Arrival {
  /** Nanoseconds of the run. */
  readonly at: number;
  /** How much later user space had it, nanoseconds. */
  readonly delay: number;
  /** Which read of the response brought it. */
  readonly read: number;
}

interface Columns {
  readonly at: Float64Array<ArrayBuffer>;
  readonly delay: Float64Array<ArrayBuffer>;
  readonly bytes: Uint32Array<ArrayBuffer>;
  readonly read: Uint32Array<ArrayBuffer>;
  readonly kind: Uint8Array<ArrayBuffer>;
}

/** All in one buffer: each costs as much as some dozens of events. */
function columnsFor(events: number): Columns {
  const buffer = new ArrayBuffer(events * 25);
  return {
    at: new Float64Array(buffer, 0, events),
    delay: new Float64Array(buffer, events * 8, events),
    bytes: new Uint32Array(buffer, events * 16, events),
    read: new Uint32Array(buffer, events * 20, events),
    kind: new Uint8Array(buffer, events * 24, events),
  };
}

/** The events of one response as they arrive, in columns that grow. */
export class ChunkLog {
  #columns = columnsFor(firstCapacity);
  #length = 0;
  /** Some event was read later than it came. */
  #hasDelays = false;
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
    const { at, delay, bytes, read, kind } = this.#columns;
    const end = this.#length;
    return {
      at: at.subarray(0, end),
      bytes: bytes.subarray(0, end),
      read: read.subarray(0, end),
      kind: kind.subarray(0, end),
      ...(this.#hasDelays && { clientDelay: delay.subarray(0, end) }),
    };
  }

  #append(kind: StreamEvent['kind'], { at, delay, read }: Arrival, bytes: number): number {
    if (this.#length === this.#columns.at.length) this.#grow();
    const columns = this.#columns;
    const index = this.#length++;
    columns.at[index] = at;
    columns.delay[index] = delay;
    columns.bytes[index] = bytes;
    columns.read[index] = read;
    columns.kind[index] = chunkKinds.indexOf(kind);
    if (delay !== 0) this.#hasDelays = true;
    return index;
  }

  #grow(): void {
    const larger = columnsFor(this.#length * 2);
    for (const name of ['at', 'delay', 'bytes', 'read', 'kind'] as const) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}
