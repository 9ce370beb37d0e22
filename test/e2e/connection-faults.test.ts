import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineOptionsInput, type RequestRecord, readRun, resolvePlan, run, startEngine } from 'metron';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../clients/certificate.ts';
import { scratch } from './command-line.ts';

interface Truth {
  readonly id: string;
  readonly faults?: readonly string[];
  readonly output_tokens: number;
}

interface Told {
  readonly records: readonly RequestRecord[];
  readonly truths: readonly Truth[];
}

/** What client and engine say of the same run. */
async function tell(requests: number, engineOptions: EngineOptionsInput, tls: object = {}): Promise<Told> {
  const trace = join(scratch('trace'), 'truth.jsonl');
  const engine = await startEngine({
    port: 0,
    model: 'sim',
    firstTokenMs: 5,
    gapMs: 2,
    stallProbability: 0,
    trace,
    ...engineOptions,
  });
  const plan = resolvePlan({
    target: { url: engine.url, model: 'sim', tls },
    load: { closed: { users: 3 }, requests },
    workload: { prompt: '20', output: '12' },
    limits: { connectTimeout: '10s', firstTokenTimeout: '5s', betweenTokensTimeout: '5s', totalTimeout: '30s' },
  });
  const { folder } = await run(plan, { runsFolder: scratch('connection-faults') });
  await engine.close();
  const lines = readFileSync(trace, 'utf8').split('\n');
  const truths = lines.flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Truth]));
  return { records: (await readRun(folder)).records, truths };
}

function outcomeOf({ outcome }: RequestRecord): string {
  if (outcome.status === 'failed') return outcome.failure.kind;
  return outcome.status === 'truncated' ? `truncated ${outcome.cause}` : outcome.status;
}

describe('over TLS', () => {
  const outcomes: Readonly<Record<string, string>> = {
    coalesce: 'completed',
    'split-event': 'completed',
    'slow-body:20000': 'completed',
    'close-after-response': 'completed',
    'stall:5:0.3': 'completed',
    'http-error:500': 'http',
    'in-band-error': 'in-band',
    gzip: 'protocol',
    fin: 'truncated fin',
    'fin-mid-event': 'truncated fin',
    reset: 'truncated reset',
  };
  const faults = Object.keys(outcomes);
  // The requests before may be the preflight's.
  const firstOrdinal = 10;
  let told: Told;

  beforeAll(async () => {
    const folder = scratch('certificate');
    const { cert, key } = makeCertificate();
    const [tlsCert, tlsKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(tlsCert, cert);
    writeFileSync(tlsKey, key);
    const fault = faults.map((spec, i) => `${spec}@every=${firstOrdinal + i}@first=${firstOrdinal + i}`);
    told = await tell(firstOrdinal + faults.length, { tlsCert, tlsKey, fault }, { ca: tlsCert });
  });

  it.each(Object.entries(outcomes))('%s: %s', (fault, outcome) => {
    const truth = told.truths.find(({ faults: had }) => had?.includes(fault));
    const record = told.records.find(({ id }) => `${id}` === truth?.id);
    expect(record && outcomeOf(record)).toBe(outcome);
    if (outcome === 'completed') expect(record?.output.total).toBe(truth?.output_tokens);
  });

  it('everything else is completed, token for token', () => {
    const plain = told.truths.filter(({ faults: had }) => !had);
    const ids = new Map(plain.map(({ id, output_tokens: tokens }) => [id, tokens]));
    const records = told.records.filter(({ id }) => ids.has(`${id}`));
    expect(records.length).toBeGreaterThan(5);
    for (const record of records) {
      expect(outcomeOf(record)).toBe('completed');
      expect(record.output.total).toBe(ids.get(`${record.id}`));
    }
  });
});

describe('faults that befall connections', () => {
  it('fail the requests on them and no others', async () => {
    const fault = ['connection-close', 'accept-then-close@every=6', 'slow-accept:0.2@every=7'];
    const { records, truths } = await tell(40, { fault });
    const closed = truths.filter(({ faults }) => faults?.includes('accept-then-close'));
    const outcomes = records.map(outcomeOf);
    expect(truths.some(({ faults }) => faults?.includes('slow-accept:0.2'))).toBe(true);
    expect(closed.length).toBeGreaterThan(0);
    expect(new Set(outcomes)).toEqual(new Set(['completed', 'network']));
    expect(outcomes.filter((outcome) => outcome === 'network').length).toBeLessThanOrEqual(closed.length);
    expect(outcomes).toHaveLength(40);
  });
});
