import type { Mutable } from '../core/mutable.ts';
import { type Chunks, chunkKinds, type Outcome, type RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { constantColumn, rampColumn } from './shared-columns.ts';
import type { TimeSlabs } from './time-slabs.ts';
import type { RequestFacts } from './timeline-sink.ts';
import type { SimulatedRequest } from './virtual-driver.ts';

/** One request's tokens as they come, and the record they make. */
export class Timeline {
  readonly #id: number;
  readonly #request: SimulatedRequest;
  readonly #sentAt: Nanoseconds;
  readonly #slabs: TimeSlabs;
  /** Its times are in this slab from this place on. */
  #slab: Float64Array = none;
  #offset = 0;
  /** Tokens per chunk; kept only once a chunk holds several. */
  #tokens: Uint16Array | undefined;
  #chunks = 0;
  #total = 0;

  constructor(id: number, request: SimulatedRequest, sentAt: Nanoseconds, slabs: TimeSlabs) {
    this.#id = id;
    this.#request = request;
    this.#sentAt = sentAt;
    this.#slabs = slabs;
  }

  add(at: Nanoseconds, tokens: number): void {
    if (this.#chunks === 0) this.#open();
    this.#slab[this.#offset + this.#chunks] = at;
    if (tokens > 1) this.#tokens ??= new Uint16Array(this.#request.outputTokens).fill(1, 0, this.#chunks);
    if (this.#tokens) this.#tokens[this.#chunks] = tokens;
    this.#chunks++;
    this.#total += tokens;
  }

  /** One token at each of the first `count` of `times`. */
  addRun(times: Float64Array, count: number): void {
    if (this.#chunks === 0) this.#open();
    const slab = this.#slab;
    const start = this.#offset + this.#chunks;
    for (let i = 0; i < count; i++) slab[start + i] = times[i] ?? 0;
    this.#tokens?.fill(1, this.#chunks, this.#chunks + count);
    this.#chunks += count;
    this.#total += count;
  }

  completed(at: Nanoseconds, facts: RequestFacts, prefixCaching: boolean): RequestRecord {
    const record = this.#record({ status: 'completed', finishReason: 'length' }, at);
    const { promptTokens: asked, outputTokens } = this.#request;
    record.prompt = prefixCaching ? { asked, reported: asked, cached: facts.cachedTokens } : { asked, reported: asked };
    record.output = {
      asked: outputTokens,
      total: this.#total,
      totalSource: 'usage',
      chunkSource: 'continuous-usage',
      reported: this.#total,
    };
    return record;
  }

  rejected(at: Nanoseconds, reason: string): RequestRecord {
    const record = this.#record({ status: 'failed', failure: { kind: 'http', httpStatus: 400, body: reason } }, at);
    record.firstByteAt = at;
    return record;
  }

  cutOff(at: Nanoseconds | undefined): RequestRecord {
    return this.#record({ status: 'cancelled', reason: 'run-end' }, at);
  }

  /** Nobody was free to send it before the simulated clock stopped. */
  unsent(): RequestRecord {
    const record = this.#record({ status: 'dropped', reason: 'no user was free before the end' }, undefined);
    delete record.sentAt;
    return record;
  }

  #open(): void {
    const { slab, offset } = this.#slabs.take(this.#request.outputTokens);
    this.#slab = slab;
    this.#offset = offset;
  }

  #record(outcome: Outcome, endedAt: Nanoseconds | undefined): Mutable<RequestRecord> {
    const { promptTokens, outputTokens, session, phase } = this.#request;
    const record: Mutable<RequestRecord> = {
      id: this.#id,
      phase: phase ?? 'measure',
      scheduledAt: this.#sentAt,
      sentAt: this.#sentAt,
      prompt: { asked: promptTokens },
      output: { asked: outputTokens },
      chunks: this.#columns(),
      outcome,
    };
    if (session !== undefined) record.session = session;
    if (endedAt !== undefined) record.endedAt = endedAt;
    if (this.#chunks > 0) {
      record.firstByteAt = (this.#slab[this.#offset] ?? 0) as Nanoseconds;
      record.output = {
        asked: outputTokens,
        total: this.#total,
        totalSource: 'continuous-usage',
        chunkSource: 'continuous-usage',
      };
    }
    return record;
  }

  #columns(): Chunks {
    const count = this.#chunks;
    return {
      at: this.#slab.subarray(this.#offset, this.#offset + count),
      tokens: this.#tokens?.subarray(0, count) ?? constantColumn(1, count),
      kind: constantColumn(chunkKinds.indexOf('content'), count),
      bytes: constantColumn(eventBytes, count),
      read: rampColumn(count),
    };
  }
}

const none = new Float64Array(0);

/** Bytes of one chat-completions event with a short token in it. */
const eventBytes = 200;
