import type { Nanoseconds } from '../../core/units.ts';

export type TokenField = 'content' | 'reasoning' | 'tool';

export interface WireUsage {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

/** What an answer consists of, before it has a protocol's form. */
export type StreamPart =
  | { readonly kind: 'role' }
  | {
      readonly kind: 'tokens';
      readonly field: TokenField;
      /** One text for each token. */
      readonly texts: readonly string[];
      readonly due: Nanoseconds;
    }
  | { readonly kind: 'finish'; readonly reason: string; readonly stopReason?: string }
  | { readonly kind: 'usage'; readonly usage: WireUsage }
  | { readonly kind: 'done' }
  /** Sent as it is. */
  | { readonly kind: 'raw'; readonly text: string };

/** Takes an answer part by part. */
export interface PartSink {
  push(part: StreamPart): void;
  end(): void;
}

/** An event with tokens in it, and when the core had them due. */
export interface TokenMark {
  readonly tokens: number;
  readonly due: number;
}

/** Takes the bytes of an event stream; `marks` are the events that this write completes, those without tokens left out. */
export interface WireSink {
  write(payload: string | Uint8Array, marks: readonly TokenMark[]): void;
  end(): void;
}
