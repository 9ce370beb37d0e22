import type { Nanoseconds } from '../../src/core/units.ts';
import type { InstrumentOptions } from '../../src/instrument/instrument.ts';
import type { OrderBatch } from '../../src/instrument/messages.ts';

const never = 600e9 as Nanoseconds;
const unlimited = { connect: never, firstToken: never, betweenTokens: never, total: never };

interface Answers {
  readonly recordsPath: string;
  /** When each request is due, nanoseconds. */
  readonly due: Float64Array;
  /** Tokens of every answer. */
  readonly tokens: number;
  readonly timeouts?: Partial<typeof unlimited>;
}

/** What an instrument without a plan is told of its requests. */
export const recorderFor = ({ recordsPath, due, tokens, timeouts }: Answers): InstrumentOptions['recorder'] => ({
  protocol: 'openai-chat',
  tokenizer: 'o200k',
  recordsPath,
  requests: {
    scheduledAt: due,
    promptTokens: new Uint32Array(due.length).fill(1),
    outputTokens: new Uint32Array(due.length).fill(tokens),
  },
  measureFrom: 0 as Nanoseconds,
  timeouts: { ...unlimited, ...timeouts },
  keepText: false,
  secrets: [],
});

/** One request to be sent. */
export function orderOf(request: number, due: Float64Array, body: string): OrderBatch {
  const bytes = Buffer.from(body);
  const bodies = new Uint8Array(new SharedArrayBuffer(bytes.length));
  bodies.set(bytes);
  return {
    requests: Uint32Array.of(request),
    due: due.slice(request, request + 1),
    offsets: Uint32Array.of(0, bytes.length),
    bodies,
  };
}
