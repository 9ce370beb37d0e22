import { ProtocolError, type ResponseDecoder, type StreamEvent, type TextEvent } from '../core/stream.ts';

/** What a protocol knows about the bytes of a successful answer. */
export interface AnswerProtocol {
  /** A decoder for the body of one streamed response. */
  readonly decoder: () => ResponseDecoder;
  /** The same events from the parsed JSON of an answer that was not streamed. */
  readonly bufferedAnswer: (json: unknown) => StreamEvent[];
}

export type OnEvent = (event: StreamEvent, bytes: number) => void;

/** Reads the body of one response, piece by piece. Throws nothing: a problem ends the reading. */
export interface BodyReader {
  push(bytes: Uint8Array): void;
  /** As `ResponseDecoder.alike`: a short way past `push`. */
  alike(bytes: DataView, start: number, end: number): TextEvent | undefined;
  /** No more bytes will come; `isWhole`: the response was complete by its framing. */
  end(isWhole: boolean): void;
  /** `data: [DONE]` was seen. */
  readonly done: boolean;
  /** The answer came as one JSON document. */
  readonly json: boolean;
  /** What no server should send; absent while all is well. */
  readonly problem: string | undefined;
}

const openingBrace = '{'.charCodeAt(0);
const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13;

/**
 * A stream or a JSON document, told apart by the first byte where the head does not say: servers
 * that ignore `"stream": true` answer with JSON, and some label a stream as JSON.
 */
export function readBody(protocol: AnswerProtocol, contentType: string, onEvent: OnEvent): BodyReader {
  if (contentType.includes('text/html')) return webPage;
  if (/event-stream|ndjson/.test(contentType)) return new StreamReader(protocol, onEvent);
  return new UndecidedReader(protocol, onEvent);
}

const none = (): undefined => undefined;

const webPage: BodyReader = {
  push() {},
  alike: none,
  end() {},
  done: false,
  json: false,
  problem: 'the answer is a web page, not a stream of events',
};

function problemOf(cause: unknown): string {
  if (cause instanceof ProtocolError || cause instanceof SyntaxError) return cause.message;
  throw cause;
}

class StreamReader implements BodyReader {
  readonly json = false;
  problem: string | undefined;
  readonly #decoder: ResponseDecoder;
  readonly #onEvent: OnEvent;

  constructor(protocol: AnswerProtocol, onEvent: OnEvent) {
    this.#decoder = protocol.decoder();
    this.#onEvent = onEvent;
  }

  get done(): boolean {
    return this.#decoder.done;
  }

  alike(bytes: DataView, start: number, end: number): TextEvent | undefined {
    return this.problem === undefined ? this.#decoder.alike?.(bytes, start, end) : undefined;
  }

  push(bytes: Uint8Array): void {
    if (this.problem !== undefined) return;
    try {
      this.#decoder.push(bytes, this.#onEvent);
    } catch (cause) {
      this.problem = problemOf(cause);
    }
  }

  end(): void {
    if (this.problem !== undefined) return;
    try {
      this.#decoder.end(this.#onEvent);
    } catch (cause) {
      this.problem = problemOf(cause);
    }
  }
}

class JsonReader implements BodyReader {
  readonly alike = none;
  readonly json = true;
  readonly done = false;
  problem: string | undefined;
  readonly #parts: Buffer[] = [];
  readonly #protocol: AnswerProtocol;
  readonly #onEvent: OnEvent;

  constructor(protocol: AnswerProtocol, onEvent: OnEvent) {
    this.#protocol = protocol;
    this.#onEvent = onEvent;
  }

  push(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(bytes));
  }

  end(isWhole: boolean): void {
    const body = Buffer.concat(this.#parts);
    try {
      const events = this.#protocol.bufferedAnswer(JSON.parse(body.toString('utf8')));
      events.forEach((event, i) => {
        this.#onEvent(event, i === 0 ? body.length : 0);
      });
    } catch (cause) {
      const problem = problemOf(cause);
      // A document that was cut off is missing its end, not wrong.
      if (isWhole) this.problem = `the body is no JSON answer: ${problem}`;
    }
  }
}

class UndecidedReader implements BodyReader {
  readonly #protocol: AnswerProtocol;
  readonly #onEvent: OnEvent;
  #reader: BodyReader | undefined;

  constructor(protocol: AnswerProtocol, onEvent: OnEvent) {
    this.#protocol = protocol;
    this.#onEvent = onEvent;
  }

  get done(): boolean {
    return this.#reader?.done ?? false;
  }

  get json(): boolean {
    return this.#reader?.json ?? false;
  }

  get problem(): string | undefined {
    return this.#reader?.problem;
  }

  alike(bytes: DataView, start: number, end: number): TextEvent | undefined {
    return this.#reader?.alike(bytes, start, end);
  }

  push(bytes: Uint8Array): void {
    this.#reader ??= this.#decide(bytes);
    this.#reader?.push(bytes);
  }

  end(isWhole: boolean): void {
    this.#reader?.end(isWhole);
  }

  /** White space alone decides nothing and means nothing in either form. */
  #decide(bytes: Uint8Array): BodyReader | undefined {
    const first = bytes.find((byte) => !isSpace(byte));
    if (first === undefined) return undefined;
    const Reader = first === openingBrace ? JsonReader : StreamReader;
    return new Reader(this.#protocol, this.#onEvent);
  }
}
