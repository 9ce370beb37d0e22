import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RequestRecord } from '../../src/core/record.ts';
import type { Nanoseconds } from '../../src/core/units.ts';
import type { InstrumentOptions } from '../../src/instrument/instrument.ts';
import type { OrderBatch, TargetSetup } from '../../src/instrument/messages.ts';
import { recordFromJson } from '../../src/recording/record-json.ts';
import { built } from './built.ts';

const { Instrument } = await built<typeof import('../../src/instrument/instrument.ts')>('instrument/instrument.js');

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

export interface Sent {
  readonly target: TargetSetup;
  /** The one it must be sent on. */
  readonly path: string;
  /** `due` in milliseconds. */
  readonly requests: readonly { readonly body: string; readonly due: number }[];
  readonly tokens: number;
  readonly timeouts?: Answers['timeouts'];
}

/** Sends the requests as an instrument of a run does, and reads its records back. */
export async function recordsFrom({ target, path, requests, tokens, timeouts }: Sent): Promise<RequestRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'metron-bare-instrument-'));
  const recordsPath = join(folder, 'records.jsonl');
  const due = Float64Array.from(requests, (request) => (50 + request.due) * 1e6);
  const instrument = new Instrument({
    workers: 1,
    target,
    load: { model: 'open' },
    recorder: recorderFor({ recordsPath, due, tokens, ...(timeouts && { timeouts }) }),
  });
  try {
    await instrument.ready();
    expect(instrument.paths).toEqual([path]);
    for (const [request, { body }] of requests.entries()) instrument.give(orderOf(request, due, body));
    instrument.noMoreOrders();
    instrument.start(process.hrtime.bigint());
    await instrument.sentAll();
    await instrument.drained();
    await instrument.close();
    const lines = readFileSync(recordsPath, 'utf8').trimEnd().split('\n');
    return lines.map((line) => recordFromJson(line)).sort((a, b) => a.id - b.id);
  } finally {
    await instrument.terminate();
    rmSync(folder, { recursive: true });
  }
}
