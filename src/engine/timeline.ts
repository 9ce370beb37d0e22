import { type Chunks, chunkKinds, type Outcome, type RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { RequestFacts } from './simulated-engine.ts';
import type { SimulatedRequest } from './virtual-driver.ts';

/** One request's tokens as they come, and the record they make. */
export class Timeline {
  readonly #id: number;
  readonly #request: SimulatedRequest;
  readonly #sentAt: Nanoseconds;
  #times: Float64Array = none;
  /** Tokens per chunk; kept only once a chunk holds several. */
  #tokens: Uint16Array | undefined;
  #chunks = 0;
  #total = 0;

  constructor(id: number, request: SimulatedRequest, sentAt: Nanoseconds) {
    this.#id = id;
    this.#request = request;
    this.#sentAt = sentAt;
  }

  add(at: Nanoseconds, tokens: number): void {
    if (this.#chunks === 0) this.#times = new Float64Array(this.#request.outputTokens);
    this.#times[this.#chunks] = at;
    if (tokens > 1) this.#tokens ??= new Uint16Array(this.#request.outputTokens).fill(1, 0, this.#chunks);
    if (this.#tokens) this.#tokens[this.#chunks] = tokens;
    this.#chunks++;
    this.#total += tokens;
  }

  /** One token at each of the first `count` of `times`. */
  addRun(times: Float64Array, count: number): void {
    if (this.#chunks === 0) this.#times = new Float64Array(this.#request.outputTokens);
    const own = this.#times;
    const start = this.#chunks;
    for (let i = 0; i < count; i++) own[start + i] = times[i] ?? 0;
    this.#tokens?.fill(1, start, start + count);
    this.#chunks += count;
    this.#total += count;
  }

  completed(at: Nanoseconds, facts: RequestFacts, prefixCaching: boolean): RequestRecord {
    const record = this.#record({ status: 'completed', finishReason: 'length' }, at);
    const { promptTokens } = this.#request;
    return {
      ...record,
      prompt: { asked: promptTokens, reported: promptTokens, ...(prefixCaching ? { cached: facts.cachedTokens } : {}) },
      output: { ...record.output, reported: this.#total },
    };
  }

  rejected(at: Nanoseconds, reason: string): RequestRecord {
    const failure = { kind: 'http', httpStatus: 400, body: reason } as const;
    return { ...this.#record({ status: 'failed', failure }, at), firstByteAt: at };
  }

  cutOff(at: Nanoseconds | undefined): RequestRecord {
    return this.#record({ status: 'cancelled', reason: 'run-end' }, at);
  }

  /** Nobody was free to send it before the simulated clock stopped. */
  unsent(): RequestRecord {
    const { sentAt: _, ...record } = this.#record(
      { status: 'dropped', reason: 'no user was free before the end' },
      undefined,
    );
    return record;
  }

  #record(outcome: Outcome, endedAt: Nanoseconds | undefined): RequestRecord {
    const { promptTokens, outputTokens, session, phase } = this.#request;
    const first = this.#times[0] as Nanoseconds | undefined;
    return {
      id: this.#id,
      ...(session === undefined ? {} : { session }),
      phase: phase ?? 'measure',
      scheduledAt: this.#sentAt,
      sentAt: this.#sentAt,
      ...(this.#chunks === 0 || first === undefined ? {} : { firstByteAt: first }),
      ...(endedAt === undefined ? {} : { endedAt }),
      prompt: { asked: promptTokens },
      output: {
        asked: outputTokens,
        ...(this.#chunks === 0 ? {} : { total: this.#total, totalSource: 'usage', chunkSource: 'continuous-usage' }),
      },
      chunks: this.#columns(),
      outcome,
    };
  }

  #columns(): Chunks {
    const count = this.#chunks;
    return {
      at: this.#times.subarray(0, count),
      tokens: this.#tokens?.subarray(0, count) ?? constant(1, count),
      kind: constant(chunkKinds.indexOf('content'), count),
      bytes: constant(eventBytes, count),
      read: ramp(count),
    };
  }
}

const none = new Float64Array(0);

/** Bytes of one chat-completions event with a short token in it. */
const eventBytes = 200;

/** Columns that are the same in every record are shared: one array per value, as long as the longest answer. */
const constants = new Map<number, Uint16Array>();

function constant(value: number, count: number): Uint16Array {
  let column = constants.get(value);
  if (column === undefined || column.length < count) {
    column = new Uint16Array(Math.max(2048, 2 * count)).fill(value);
    constants.set(value, column);
  }
  return column.subarray(0, count);
}

let reads = new Uint32Array(0);

/** Every event in a read of its own. */
function ramp(count: number): Uint32Array {
  if (reads.length < count) reads = Uint32Array.from({ length: Math.max(2048, 2 * count) }, (_, i) => i);
  return reads.subarray(0, count);
}
