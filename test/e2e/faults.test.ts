import { type Outcome, type RequestRecord, type RunningEngine, readRun, resolvePlan, run, startEngine } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from './command-line.ts';

/** Answers that are whole for a reader, however oddly they come: each must be completed with these tokens. */
const whole: Readonly<Record<string, number>> = {
  bom: 12,
  buffered: 12,
  'byte-by-byte': 12,
  'close-after-requests:1': 12,
  'close-after-response': 12,
  'close-delimited': 12,
  coalesce: 12,
  comments: 12,
  'connection-close': 12,
  'content-filter:3': 3,
  'content-length:1000000': 12,
  'continuous-usage': 12,
  'data-after-done': 12,
  'date-step': 12,
  'delay:0.3': 12,
  'double-finish': 12,
  drift: 12,
  'duplicate-chunks': 12,
  'empty-choices': 12,
  'finish-with-content': 12,
  'half-characters': 12,
  'half-characters:replace': 12,
  http10: 12,
  'huge-event:256': 12,
  'ignore-cancel': 12,
  'ignores-max-tokens:2': 24,
  interim: 12,
  'interleaved-choices': 12,
  'invisible-tokens': 12,
  'keep-alive-deltas': 12,
  'keep-alive-deltas:null': 12,
  'line-ends:cr': 12,
  'line-ends:crlf': 12,
  'line-ends:mixed': 12,
  'missing-done': 12,
  'missing-finish': 12,
  'missing-usage': 12,
  'multi-line-data': 12,
  'multi-token:4': 12,
  'no-last-blank-line': 12,
  'no-stream': 12,
  'no-terminator': 12,
  preamble: 12,
  're-emit': 12,
  'reasoning-first:5': 12,
  'reasoning-first:5:reasoning': 12,
  'reordered-chunks': 12,
  'shed:1000': 12,
  'slow-body:20000': 12,
  'slow-headers:0.3': 12,
  'slowdown:4': 12,
  'split-event': 12,
  'split-utf8': 12,
  'sse-fields': 12,
  'stall:5:0.4': 12,
  'stops-early:0.5': 6,
  'tokenizer-mismatch:-0.1': 12,
  'tokenizer-mismatch:0.1': 12,
  'tool-call': 12,
  trailers: 12,
  'unknown-fields': 12,
  'usage-as-text': 12,
  'usage-with-finish': 12,
  'wrong-content-type': 12,
  'wrong-model': 12,
};

/** Everything else has a reason of its own. */
const broken: Readonly<Record<string, string>> = {
  'content-length:900': 'truncated fin',
  empty: 'empty',
  'empty-error:503': 'http 503',
  fin: 'truncated fin',
  'fin-mid-event': 'truncated fin',
  gzip: 'protocol',
  'headers-only': 'timeout first-token',
  'html-error': 'http 502',
  'http-error:307': 'http 307',
  'http-error:429:2': 'throttled 429',
  'http-error:500': 'http 500',
  'in-band-error': 'in-band',
  'malformed-error:503': 'http 503',
  'malformed-json': 'protocol',
  'never-answer': 'timeout first-token',
  reset: 'truncated reset',
  'stall:5:30': 'timeout between-tokens',
  'throttle:0:30': 'throttled 429',
};

/** Last: a request that it befalls on a kept connection goes again, and would meet the fault after it. */
const unanswered = 'close-before-answer';
const faults = [...Object.keys(whole), ...Object.keys(broken), unanswered];
/** Requests before these may be the preflight's. */
const firstOrdinal = 10;

interface Truth {
  readonly id: string;
  readonly faults?: readonly string[];
  readonly output_tokens: number;
  readonly chunks: { readonly at_ns: readonly number[]; readonly tokens: readonly number[] };
}

interface Case {
  readonly record: RequestRecord;
  readonly truth: Truth;
}

let engine: RunningEngine;
const cases = new Map<string, Case>();
const caseOf = (fault: string): Case => {
  const found = cases.get(fault);
  if (!found) throw new Error(`no record of ${fault}`);
  return found;
};

/** One run over all faults, each befalling one request. */
beforeAll(async () => {
  const fault = faults.map((spec, i) => `${spec}@every=${firstOrdinal + i}@first=${firstOrdinal + i}`);
  engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 3, stallProbability: 0, fault });
  const plan = resolvePlan({
    target: { url: engine.url, model: 'sim' },
    load: { closed: { users: 4 }, requests: faults.length + firstOrdinal },
    workload: { prompt: '20', output: '12' },
    limits: { connectTimeout: '10s', firstTokenTimeout: '5s', betweenTokensTimeout: '5s', totalTimeout: '30s' },
  });
  const { folder } = await run(plan, { runsFolder: scratch('faults') });
  const { records } = await readRun(folder);
  const text = await (await fetch(`${engine.url.replace('/v1', '')}/sim/trace`)).text();
  const truths = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Truth]));
  for (const truth of truths) {
    const record = records.find(({ id }) => `${id}` === truth.id);
    const [fault] = truth.faults ?? [];
    if (record && fault !== undefined) cases.set(fault, { record, truth });
  }
});
afterAll(() => engine.close());

function word(outcome: Outcome): string {
  if (outcome.status === 'failed') {
    const { failure } = outcome;
    if (failure.kind === 'http' || failure.kind === 'throttled') return `${failure.kind} ${failure.httpStatus}`;
    return failure.kind === 'network' ? `network ${failure.code}` : failure.kind;
  }
  if (outcome.status === 'truncated') return `truncated ${outcome.cause}`;
  return outcome.status === 'timeout' ? `timeout ${outcome.phase}` : outcome.status;
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

describe('an answer that comes oddly is completed', () => {
  it.each(Object.entries(whole))('%s: %i tokens', (fault, tokens) => {
    const { record, truth } = caseOf(fault);
    expect(word(record.outcome)).toBe('completed');
    expect(record.output.total).toBe(tokens);
    expect(truth.output_tokens).toBe(tokens);
  });
});

describe('what goes wrong is called what it is', () => {
  it.each(Object.entries(broken))('%s: %s', (fault, outcome) => {
    const { record } = caseOf(fault);
    expect(word(record.outcome)).toBe(outcome);
  });
});

it('a kept connection that closes without a byte costs a request a second try, a new one its life', () => {
  const { record } = caseOf(unanswered);
  expect(word(record.outcome)).toMatch(record.resends === 1 ? 'completed' : /^network /);
});

describe('details', () => {
  it('of a body that nobody asked to be compressed', () => {
    expect(caseOf('gzip').record.outcome).toMatchObject({
      failure: { detail: expect.stringContaining('content-encoding: gzip') },
    });
  });

  it('of answers that lack something', () => {
    expect(caseOf('missing-done').record.outcome).toMatchObject({ withoutDone: true });
    expect(caseOf('missing-finish').record.outcome).not.toHaveProperty('finishReason');
    expect(caseOf('missing-usage').record.output).toMatchObject({ totalSource: 'tokenizer' });
    expect(caseOf('usage-as-text').record.output).toMatchObject({ totalSource: 'tokenizer' });
    expect(caseOf('no-stream').record.outcome).toMatchObject({ buffered: true });
    expect(caseOf('buffered').record.outcome).toMatchObject({ buffered: true });
    expect(caseOf('content-filter:3').record.outcome).toMatchObject({ finishReason: 'content_filter' });
    expect(caseOf('http-error:429:2').record.outcome).toMatchObject({ failure: { retryAfterSeconds: 2 } });
  });

  it('no token is counted twice, whatever is sent twice', () => {
    for (const fault of ['duplicate-chunks', 're-emit', 'interleaved-choices', 'keep-alive-deltas']) {
      expect(caseOf(fault).record.output.total, fault).toBe(12);
    }
  });

  it('what was cut off keeps the tokens that came', () => {
    for (const fault of ['fin', 'fin-mid-event', 'reset', 'in-band-error', 'malformed-json']) {
      expect(caseOf(fault).record.output.total, fault).toBe(3);
    }
  });

  it('each event with tokens arrives after the server wrote it, as far apart as it wrote them', () => {
    const oneEventEach = ['comments', 'trailers', 'http10', 'unknown-fields', 'interim', 'delay:0.3', 'slowdown:4'];
    for (const fault of [...oneEventEach, 'multi-token:4', 'stall:5:0.4']) {
      const { record, truth } = caseOf(fault);
      const carrying = Array.from(record.chunks.tokens, (count, i) => [count, record.chunks.at[i] ?? 0] as const)
        .filter(([count]) => count > 0)
        .map(([, at]) => at);
      expect(carrying, fault).toHaveLength(truth.chunks.at_ns.length);
      expect(sum(record.chunks.tokens), fault).toBe(sum(truth.chunks.tokens));
      const span = (times: readonly number[]): number => ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1e6;
      // A busy machine may hold a read back; it cannot make the stream faster or minutes long.
      expect(Math.abs(span(carrying) - span(truth.chunks.at_ns)), fault).toBeLessThan(250);
    }
  });

  it('the long gap of a stall is where the server made it', () => {
    const { record } = caseOf('stall:5:0.4');
    const at = Array.from(record.chunks.at).filter((_, i) => (record.chunks.tokens[i] ?? 0) > 0);
    const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(gaps.indexOf(Math.max(...gaps))).toBe(4);
    expect(Math.max(...gaps)).toBeGreaterThan(300e6);
  });
});
