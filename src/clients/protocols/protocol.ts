import type { Definition } from '../../core/registry.ts';
import type { ResponseDecoder, StreamEvent } from '../../core/stream.ts';

/** One request, free of any wire format. */
export interface ModelRequest {
  readonly model: string;
  readonly prompt: string;
  /** Tokens of the answer: a bound, and with `forceLength` what the answer shall have. */
  readonly maxTokens?: number;
  /** Kinds of `lengthParameters` that hold the answer at `maxTokens`; none leaves the length to the model. */
  readonly forceLength: readonly string[];
  /** Fields added to the body as they are; they win over everything else. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** One wire protocol: how to ask, and how to understand what is streamed back. */
export interface ProtocolDefinition extends Definition {
  readonly summary: string;
  /** Appended to the base URL the user gives. */
  readonly path: string;
  body(request: ModelRequest): Record<string, unknown>;
  /** A decoder for the body of one streamed response. */
  decoder(): ResponseDecoder;
  /** The same events from the parsed JSON of an answer that was not streamed. */
  bufferedAnswer(json: unknown): StreamEvent[];
}
