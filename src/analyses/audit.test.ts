import { describe, expect, it } from 'vitest';
import { randomStream } from '../core/random.ts';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds, nanoseconds } from '../core/units.ts';
import { simulate } from '../engine/virtual-driver.ts';
import { defaultPolicy } from '../metrics/policy.ts';
import { declared, disclose, startManifest } from '../recording/manifest.ts';
import { audit, auditItems } from './audit.ts';
import { requestFacts, scaledPolicy } from './audit-facts.ts';
import type { AuditedClaim, AuditedRun } from './audit-item.ts';
import { scoreWithSteadyState } from './steady-score.ts';

const schedule = (count: number, fixed: boolean) => {
  const random = randomStream(1, 'audit');
  let at = 0;
  return Array.from({ length: count }, () => {
    at += fixed ? 2e8 : random.exponential() * 2e8;
    return {
      scheduledAt: nanoseconds(at),
      promptTokens: fixed ? 512 : 50 + random.below(6000),
      outputTokens: fixed ? 100 : 10 + random.below(150),
      phase: 'measure' as const,
    };
  });
};

const manifestWith = (engineVersion: string | undefined, engine = 'vllm') =>
  startManifest({
    metron: '0.0.0',
    run: { id: engine, name: engine },
    startedAt: new Date(0),
    seed: 1,
    instrument: { workers: 1, transportPaths: ['B'], clock: 'CLOCK_MONOTONIC' },
    target: { url: 'http://localhost/v1', protocol: 'openai-chat' },
    disclosure: {
      engine: declared(engine),
      loadModel: declared('open loop'),
      ...(engineVersion !== undefined && { engineVersion: declared(engineVersion) }),
    },
  });

function runOf(records: readonly RequestRecord[], name = 'a', manifest = manifestWith('1')): AuditedRun {
  return {
    name,
    system: name,
    manifest,
    summary: scoreWithSteadyState(records, defaultPolicy),
    requests: requestFacts(records, defaultPolicy),
  };
}

const simulated = (count: number, fixed = false): readonly RequestRecord[] =>
  simulate(schedule(count, fixed), { model: 'llama3-8b', gpu: 'h100-sxm-80gb', jitter: 0.02 }, { seed: 1 }).records;

const outcomeOf = (id: string, ...runs: AuditedRun[]): string | undefined =>
  audit(runs).find((item) => item.id === id)?.outcome;

const broad = runOf(simulated(1200));
const narrow = runOf(simulated(80, true));

describe('an audit', () => {
  it('answers every item once, with evidence, and a remedy for all that does not pass', () => {
    for (const runs of [[broad], [broad, narrow]]) {
      const items = audit(runs);
      expect(items.map(({ id }) => id)).toEqual(auditItems.kinds);
      for (const { outcome, evidence, remedy, title } of items) {
        expect(evidence.length).toBeGreaterThan(3);
        expect(title.length).toBeGreaterThan(3);
        if (outcome !== 'pass') expect(remedy?.length).toBeGreaterThan(3);
      }
    }
  });

  it('holds a narrow workload against a run, and a broad one not', () => {
    expect(outcomeOf('workload', broad)).toBe('pass');
    expect(outcomeOf('workload', narrow)).toBe('warn');
  });

  it('asks for the samples that a P99 needs', () => {
    expect(outcomeOf('samples', broad)).toBe('pass');
    expect(outcomeOf('samples', narrow)).toBe('fail');
    expect(outcomeOf('summary-statistics', broad)).toBe('pass');
    expect(outcomeOf('summary-statistics', narrow)).toBe('warn');
  });

  it('sees when more than one factor differs between systems', () => {
    const other = runOf(simulated(100), 'b', manifestWith('2', 'sglang'));
    expect(outcomeOf('implementation', broad)).toBe('cannot tell');
    expect(outcomeOf('implementation', broad, { ...broad, name: 'b' })).toBe('pass');
    expect(outcomeOf('implementation', broad, { ...broad, manifest: manifestWith(undefined) })).toBe('cannot tell');
    const between = { ...other, name: 'c', system: 'c', manifest: manifestWith('1', 'sglang') };
    expect(outcomeOf('implementation', broad, other, between)).toBe('pass');
    expect(outcomeOf('implementation', broad, other)).toBe('fail');
  });

  it('counts what users declare of a system, and asks for what no server tells', () => {
    const told = (facts: Record<string, string>) => {
      const manifest = manifestWith('1');
      return { ...broad, name: 'b', system: 'b', manifest: { ...manifest, target: { ...manifest.target, facts } } };
    };
    const evidence = (...runs: Parameters<typeof audit>[0]) =>
      audit(runs).find(({ id }) => id === 'implementation')?.evidence;
    const first = told({ attentionBackend: 'flash', cudaGraphs: 'full' });
    expect(evidence(broad, { ...broad, name: 'b' })).toContain('--fact attentionBackend=… --fact cudaGraphs=…');
    const one = { ...told({ attentionBackend: 'flashinfer', cudaGraphs: 'full' }), system: 'c' };
    expect(evidence(first, one)).toBe(
      'only facts.attentionBackend differs; attentionBackend: flash, flashinfer; cudaGraphs: full',
    );
    const two = { ...told({ attentionBackend: 'flashinfer', cudaGraphs: 'none' }), system: 'c' };
    expect(outcomeOf('implementation', first, two)).toBe('fail');
  });

  it('finds stalls that an average hides', () => {
    const stalled = simulated(200).map((record, i): RequestRecord => {
      if (i % 4 !== 0) return record;
      const at = Array.from(record.chunks.at, (time, k) => (k > 3 ? time + milliseconds(700) : time));
      return { ...record, chunks: { ...record.chunks, at } };
    });
    expect(requestFacts(stalled, defaultPolicy).hiddenStalls.part).toBeGreaterThan(20);
    expect(outcomeOf('normalization', runOf(stalled))).toBe('warn');
  });

  it('a missing boundary fails the disclosure, a complete one passes', () => {
    expect(outcomeOf('disclosure', broad)).toBe('fail');
    const fields = Object.keys(disclose({}));
    const complete = disclose(Object.fromEntries(fields.map((field) => [field, declared('told')])));
    expect(outcomeOf('disclosure', { ...broad, manifest: { ...manifestWith('1'), disclosure: complete } })).toBe(
      'pass',
    );
  });

  it('errors above 5 % fail', () => {
    const failing = simulated(200).map(
      (record, i): RequestRecord =>
        i % 10 === 0
          ? { ...record, outcome: { status: 'failed', failure: { kind: 'http', httpStatus: 503 } } }
          : record,
    );
    expect(outcomeOf('errors', runOf(failing))).toBe('fail');
    expect(outcomeOf('errors', broad)).toBe('pass');
  });
});

describe('an order of runs', () => {
  const withShares = (name: string, fluidShares: number[]): AuditedRun => {
    const run = runOf(simulate(schedule(60, false), {}).records, name);
    return { ...run, requests: { ...run.requests, fluidShares } };
  };
  const evidenceOf = (runs: AuditedRun[]): string | undefined =>
    audit(runs).find(({ id }) => id === 'one-operating-point')?.evidence;

  it('that turns with the deadline is told, one that holds is not', () => {
    const a = withShares('a', [0.2, 0.9, 0.95]);
    expect(evidenceOf([a, withShares('b', [0.5, 0.7, 0.95])])).toContain('which of a and b');
    expect(evidenceOf([a, withShares('b', [0.1, 0.8, 0.955])])).not.toContain('which of a and b');
  });
});

describe('what sweeps and searches add', () => {
  const at = (system: string, offered: number, more: { done?: number; engine?: string } = {}): AuditedRun => {
    const { summary } = broad;
    const load = { ...summary.load, offered_per_s: offered, completed_per_s: more.done ?? offered };
    const manifest = manifestWith(more.engine ?? '1');
    return { ...broad, name: `${system} at ${offered}`, system, manifest, summary: { ...summary, load } };
  };
  const found = (id: string, runs: AuditedRun[], claim?: AuditedClaim) =>
    audit(runs, claim).find((item) => item.id === id);
  const search = (system: string, capacity: number): AuditedClaim => ({
    searches: [{ system, unit: 'requests/s', capacity, loads: [] }],
    flips: [],
  });
  const loads = (...rates: number[]): AuditedRun[] => rates.map((rate) => at('a', rate));

  it('place loads against the capacity, or say that it is not known', () => {
    const id = 'one-operating-point';
    expect(found(id, loads(1, 2, 3))?.outcome).toBe('warn');
    expect(found(id, loads(1, 2, 3, 4))).toMatchObject({ outcome: 'cannot tell' });
    expect(found(id, loads(1, 2, 3, 4), search('a', 4.2))?.outcome).toBe('pass');
    expect(found(id, loads(1, 2, 3, 4), search('a', 8))?.evidence).toContain('none above 90 %');
    expect(found(id, loads(3, 4, 5, 6), search('a', 4.2))?.evidence).toContain('none below 50 %');
    expect(found(id, [...loads(1, 2, 3), at('a', 8, { done: 4 })])).toMatchObject({ outcome: 'pass' });
    expect(found(id, [...loads(1, 2, 3, 4), at('b', 1)], search('a', 4.2))?.evidence).toContain(
      'b: 1 requests/s (one load',
    );
    const flips = { ...search('a', 4.2), flips: ['a is ahead of b at D_d 25 ms'] };
    expect(found(id, loads(1, 2, 3, 4), flips)).toMatchObject({ outcome: 'warn' });
  });

  it('count the configurations that each system was tried in', () => {
    const a = [at('a', 1), at('a', 1, { engine: '2' })];
    const [one, two] = [at('b', 1), at('b', 1, { engine: '2' })];
    expect(found('tuning', [a[0]!, one])?.outcome).toBe('cannot tell');
    expect(found('tuning', [...a, one])).toMatchObject({
      outcome: 'warn',
      evidence: expect.stringContaining('no sweep'),
    });
    expect(found('tuning', [a[0]!, one, two])?.evidence).toContain('the baseline was tried in fewer');
    expect(found('tuning', [...a, one, two])?.outcome).toBe('pass');
  });

  it('tell one family from two, and what a workload is like', () => {
    const of = (model: string): AuditedRun => {
      const manifest = manifestWith('1');
      const told = { ...manifest.disclosure, model: declared(model), serverHardware: declared(`gpu of ${model}`) };
      return { ...broad, system: model, manifest: { ...manifest, disclosure: told } };
    };
    expect(found('one-set-up', [of('org/Llama-3.1-8B'), of('llama-3-70b')])?.evidence).toContain('one family');
    expect(found('one-set-up', [of('Qwen2.5-7B'), of('mixtral-8x7b')])?.outcome).toBe('pass');
    const cold = {
      ...broad,
      plan: { workload: { prompt: 1, cache: 'cold' }, load: { arrivals: { kind: 'one-shot' } } },
    };
    const { outcome, evidence } = found('workload', [cold]) ?? {};
    expect(outcome).toBe('warn');
    for (const said of ['one workload', 'shared prefix', 'all requests arrive at once', 'nearest of the traces'])
      expect(evidence).toContain(said);
  });

  it('name the worst requests, and lay averages beside tails', () => {
    const { worst, ...summary } = broad.summary;
    const bad = { ...broad, summary: { ...summary, worst: worst.map((request) => ({ ...request, fluidity: 0.2 })) } };
    expect(found('summary-statistics', [broad])?.evidence).not.toContain('look at');
    expect(found('summary-statistics', [bad])?.evidence).toMatch(/look at requests \d+/);
    expect(found('normalization', [broad])?.evidence).toMatch(/TPOT P50 .* ms beside longest gap P99 .* ms/);
  });
});

it('deadlines are scaled together, whatever the first token is judged by', () => {
  const { prefillDeadline, decodeDeadline } = scaledPolicy(defaultPolicy, 2);
  expect([prefillDeadline, decodeDeadline]).toEqual([
    { kind: 'constant', deadline: milliseconds(2000) },
    milliseconds(100),
  ]);
});
