import type { StreamEvent, Usage } from '../../core/stream.ts';
import { elapsed, type Nanoseconds } from '../../core/units.ts';
import type { ProtocolDefinition } from '../protocols/protocol.ts';
import { type Reply, textOf } from './request-once.ts';

/** What one answer shows of the server that gave it. */
export interface Observation {
  /** Tokens came as they were made, not all at once. */
  readonly streaming: boolean;
  /** The server counts the tokens of an answer. */
  readonly usage: boolean;
  /** It counts on every chunk. */
  readonly continuousUsage: boolean;
  /** Tokens of the answer as the server counts them. */
  readonly tokens?: number;
  /** Events that carried tokens. */
  readonly chunks: number;
  readonly tokensPerChunk?: number;
  readonly timeToFirstToken_ns?: Nanoseconds;
  readonly finishReason?: string;
  /** An error inside a response with status 200. */
  readonly error?: string;
  /** `[DONE]` came, or the answer was one whole document. */
  readonly whole: boolean;
}

interface Seen {
  readonly event: StreamEvent;
  readonly at: Nanoseconds;
}

/** So many tokens that arrive at one instant were made before they were sent. */
const fewest = 4;

/** Throws `ProtocolError` or `SyntaxError` if the body is neither a stream of events nor an answer. */
export function observe(reply: Reply, protocol: ProtocolDefinition): Observation {
  const isDocument = isJson(reply);
  const { seen, done } = isDocument ? readDocument(reply, protocol) : readStream(reply, protocol);
  const carriers = seen.filter(({ event }) => event.kind !== 'other');
  const usages = seen.map(({ event }) => event.usage).filter((usage): usage is Usage => usage !== undefined);
  const tokens = usages.at(-1)?.completionTokens;
  const [first] = carriers;
  const instants = new Set(carriers.map(({ at }) => at)).size;
  const finishReason = seen.find(({ event }) => event.finishReason !== undefined)?.event.finishReason;
  const error = seen.find(({ event }) => event.error !== undefined)?.event.error;
  return {
    streaming: !isDocument && (instants > 1 || carriers.length < fewest),
    usage: tokens !== undefined,
    continuousUsage: usages.length > 1,
    ...(tokens !== undefined && { tokens }),
    chunks: carriers.length,
    ...(tokens !== undefined && carriers.length > 0 && { tokensPerChunk: tokens / carriers.length }),
    ...(first && reply.sentAt !== undefined && { timeToFirstToken_ns: elapsed(reply.sentAt, first.at) }),
    ...(finishReason !== undefined && { finishReason }),
    ...(error !== undefined && { error }),
    whole: isDocument || done || finishReason !== undefined,
  };
}

/** Whether it takes no tokenizer to know how many tokens each of its chunks holds. */
export const tellsTokensOfChunks = ({ continuousUsage, tokens, chunks }: Observation): boolean =>
  continuousUsage || tokens === chunks;

function isJson(reply: Reply): boolean {
  return !reply.headers.get('content-type')?.includes('event-stream') && textOf(reply).trimStart().startsWith('{');
}

function readDocument(reply: Reply, protocol: ProtocolDefinition): { seen: Seen[]; done: boolean } {
  const events = protocol.bufferedAnswer(JSON.parse(textOf(reply)));
  return { seen: events.map((event) => ({ event, at: reply.endedAt })), done: true };
}

function readStream(reply: Reply, protocol: ProtocolDefinition): { seen: Seen[]; done: boolean } {
  const seen: Seen[] = [];
  const decoder = protocol.decoder();
  let at = reply.endedAt;
  const keep = (event: StreamEvent): void => {
    seen.push({ event, at });
  };
  for (const piece of reply.pieces) {
    at = piece.at;
    decoder.push(piece.bytes, keep);
  }
  decoder.end(keep);
  return { seen, done: decoder.done };
}
