/** What one server-sent event of a response means, whatever protocol it came in. */
export interface StreamEvent {
  /** Tokens a reader sees, tokens of hidden thinking, tool-call arguments, or no token at all. */
  readonly kind: 'content' | 'reasoning' | 'tool' | 'other';
  /** The text the event carries, of whatever kind. */
  readonly text?: string;
  /** Token count by the server's token ids in this event. */
  readonly tokenIds?: number;
  /** Cumulative or final usage, where the event has it. */
  readonly usage?: Usage;
  readonly finishReason?: string;
  /** An error the server sent inside a response with status 200. */
  readonly error?: string;
  /** The server's own account of its times (for example llama.cpp's `timings`). */
  readonly serverTiming?: Readonly<Record<string, number>>;
}

export interface Usage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly reasoningTokens?: number;
  readonly cachedTokens?: number;
}

/** Called once per complete event with its size on the wire in bytes. */
export type OnStreamEvent = (event: StreamEvent, bytes: number) => void;

/** An event that has nothing but text, which is `bytes[start, end)` of what was read, in UTF-8. Holds until the next one. */
export interface TextEvent {
  readonly kind: StreamEvent['kind'];
  readonly start: number;
  readonly end: number;
}

/**
 * Turns the body bytes of one response into events. Stateful, synchronous, reads no clock.
 * Throws `ProtocolError` at bytes that no server should send.
 */
export interface ResponseDecoder {
  push(bytes: Uint8Array, onEvent: OnStreamEvent): void;
  /**
   * A short way for what most reads are: if `bytes[start, end)` are one whole event that differs from the one before
   * in its text alone, that event, and nothing is left to be pushed. Nothing is allocated.
   */
  alike?(bytes: DataView, start: number, end: number): TextEvent | undefined;
  /** The body is over; what was held back is delivered if it is complete enough. */
  end(onEvent: OnStreamEvent): void;
  /** `data: [DONE]` was seen. */
  readonly done: boolean;
}

export class ProtocolError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'ProtocolError';
  }
}
