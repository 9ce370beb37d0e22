import { closeSync, openSync, writeSync } from 'node:fs';
import type { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { diskFailure } from './disk-failure.ts';
import { recordToJson } from './record-json.ts';

/** A record is on its way to the disk at most this long after its request ended. */
const flushEveryMs = 250;
/** … or as soon as this much waits. */
const flushBytes = 1 << 20;

export interface RecordWriterOptions {
  /** Told once when the disk refuses; records are kept and tried again with every later flush. */
  readonly onError: (error: MetronError) => void;
}

/**
 * Appends records to `records.jsonl`, one line each. What has been flushed survives the death of
 * the process. Writes are synchronous: it lives in a thread that reads no socket.
 */
export class RecordWriter {
  readonly #path: string;
  readonly #onError: (error: MetronError) => void;
  readonly #file: number;
  #lines: string[] = [];
  #waiting = 0;
  #flushedAt = performance.now();
  /** Bytes that a full disk did not take: the rest of a line may be among them. */
  #unwritten: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #told = false;

  constructor(path: string, options: RecordWriterOptions) {
    this.#path = path;
    this.#onError = options.onError;
    try {
      this.#file = openSync(path, 'a');
    } catch (cause) {
      throw diskFailure('open', path, cause);
    }
  }

  /** What waits because the disk refused it. */
  get unwrittenBytes(): number {
    return this.#unwritten.length;
  }

  append(record: RequestRecord): void {
    const line = `${recordToJson(record)}\n`;
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#waiting >= flushBytes) this.flush();
  }

  /** To be called every few milliseconds. */
  flushIfDue(): void {
    if (performance.now() - this.#flushedAt >= flushEveryMs) this.flush();
  }

  flush(): void {
    this.#flushedAt = performance.now();
    if (this.#lines.length === 0 && this.#unwritten.length === 0) return;
    const fresh = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#waiting = 0;
    this.#unwritten = this.#write(this.#unwritten.length === 0 ? fresh : Buffer.concat([this.#unwritten, fresh]));
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  /** Writes what the disk takes and returns the rest. */
  #write(bytes: Buffer<ArrayBufferLike>): Buffer<ArrayBufferLike> {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
    } catch (cause) {
      if (!this.#told) this.#onError(diskFailure('write', this.#path, cause));
      this.#told = true;
    }
    return bytes.subarray(written);
  }
}
