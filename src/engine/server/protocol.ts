import type { TokenField, WireUsage } from './stream-part.ts';

/** What a request asks for, whatever protocol it came in. */
export interface CompletionCall {
  readonly model: string;
  readonly promptTokens: readonly number[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Usage so far on every event. */
  readonly continuousUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  /** Token ids on every event. */
  readonly returnTokenIds: boolean;
  readonly priority: number;
}

/** Writes the events of one answer in a protocol's form; each call returns a whole event, blank line included. */
export interface EventWriter {
  role(usage: WireUsage | undefined): string | undefined;
  tokens(field: TokenField, text: string, ids: readonly number[] | undefined, usage: WireUsage | undefined): string;
  finish(reason: string, usage: WireUsage | undefined): string;
  usage(usage: WireUsage): string;
}

export interface AnswerIdentity {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** A finished answer that is not streamed. */
export interface WholeAnswer {
  readonly texts: Readonly<Record<TokenField, string>>;
  readonly finishReason: string;
  readonly usage: WireUsage | undefined;
  readonly tokenIds: readonly number[] | undefined;
}

/** One completion endpoint: how its requests are read and its answers written. */
export interface Protocol {
  readonly kind: string;
  readonly path: string;
  /** Throws `ApiError` at what the API refuses. */
  parse(body: unknown): Promise<CompletionCall>;
  /** Prefix of answer ids. */
  readonly idPrefix: string;
  events(identity: AnswerIdentity): EventWriter;
  json(identity: AnswerIdentity, answer: WholeAnswer): object;
}
