import { setImmediate as turnEnd } from 'node:timers/promises';
import { type EndCause, endCauses, payloadOf, TapeReader, TapeWriter, tapeKinds } from '../../src/core/tape.ts';

export interface LoggedEntry {
  readonly kind: string;
  readonly request: number;
  readonly at: number;
  readonly userAt: number;
  readonly extra: number;
  readonly flags: number;
  readonly text: string;
}

const nameOf = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(table).find(([, known]) => known === value)?.[0] ?? `unknown ${value}`;

/** A tape with everything that was written to it, and a wait for the ends. */
export class TapeLog {
  readonly writer: TapeWriter;
  readonly #reader = new TapeReader((segment) => this.writer.recycle(segment));
  readonly #entries: LoggedEntry[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  #ends = 0;

  constructor(segmentBytes?: number) {
    this.writer = new TapeWriter((segment) => this.#reader.addSegment(segment), segmentBytes);
  }

  /** Entries of one request, or all, in order. */
  of(request?: number): LoggedEntry[] {
    this.#reader.drain((entry) => {
      const { kind, request, at, userAt, extra, flags } = entry;
      const text = Buffer.from(payloadOf(entry)).toString('latin1');
      this.#entries.push({ kind: nameOf(tapeKinds, kind), request, at, userAt, extra, flags, text });
    });
    return this.#entries.filter((entry) => request === undefined || entry.request === request);
  }

  kinds(request: number): string[] {
    return this.of(request).map(({ kind }) => kind);
  }

  body(request: number): string {
    return this.of(request)
      .filter(({ kind }) => kind === 'body')
      .map(({ text }) => text)
      .join('');
  }

  end(request: number): { cause: string; detail: string; flags: number } | undefined {
    const ends = this.of(request).filter(({ kind }) => kind === 'end');
    if (ends.length > 1) throw new Error(`request ${request} ended ${ends.length} times`);
    const [end] = ends;
    return end && { cause: nameOf(endCauses, end.extra), detail: end.text, flags: end.flags };
  }

  /** For `TransportEvents`. */
  readonly onEnd = (_request: number, _cause: EndCause): void => {
    this.#ends++;
    for (const { count, resolve } of this.#waiting) if (this.#ends >= count) resolve();
  };

  /** Resolves when so many requests have ended since the start, and the turn of the loop is over in which the last did. */
  async ended(count: number): Promise<void> {
    if (this.#ends < count) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    await turnEnd();
  }
}
