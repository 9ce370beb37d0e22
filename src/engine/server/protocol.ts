import type { TokenField, WireUsage } from './stream-part.ts';
import type { TokenLogprob } from './token-logprobs.ts';

/** What a request asks for, whatever protocol it came in. */
export interface CompletionCall {
  readonly model: string;
  readonly promptTokens: readonly number[];
  /** Field of the request that has the prompt. */
  readonly promptField: 'messages' | 'prompt';
  /** Answers to give (`n`), each a request of its own to the engine. */
  readonly choices: number;
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
  /** Texts that end the answer. */
  readonly stop: readonly string[];
  /** Draws the answer from a stream of its own; the same seed, the same answer. */
  readonly seed: number | undefined;
  /** Prompts share cached prefixes only under the same salt. */
  readonly cacheSalt: string | undefined;
  /** How many of the likeliest tokens to report at each place; absent: no logprobs. */
  readonly logprobs: number | undefined;
  /** The answer has to be a call of a tool. */
  readonly toolOnly: boolean;
}

/** What an event tells of its tokens where it was asked for. */
export interface TokenDetail {
  readonly ids?: readonly number[];
  readonly logprobs?: readonly TokenLogprob[];
}

/** Why an answer ended, and with which stop string. */
export interface Ending {
  readonly reason: string;
  readonly stopReason?: string;
}

/** Writes the events of one answer in a protocol's form; each call returns a whole event, blank line included. */
export interface EventWriter {
  role(usage: WireUsage | undefined): string | undefined;
  tokens(field: TokenField, text: string, detail: TokenDetail | undefined, usage: WireUsage | undefined): string;
  finish(ending: Ending, usage: WireUsage | undefined): string;
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
  readonly ending: Ending;
  readonly detail: TokenDetail | undefined;
}

/** One completion endpoint: how its requests are read and its answers written. */
export interface Protocol {
  readonly kind: string;
  readonly path: string;
  /** Throws `ApiError` at what the API refuses. */
  parse(body: unknown): Promise<CompletionCall>;
  /** Prefix of answer ids. */
  readonly idPrefix: string;
  /** Events of the choice with this index. */
  events(identity: AnswerIdentity, index: number): EventWriter;
  /** One answer for each choice. */
  json(identity: AnswerIdentity, answers: readonly WholeAnswer[], usage: WireUsage | undefined): object;
}
