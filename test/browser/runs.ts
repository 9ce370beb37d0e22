import { scoreWithSteadyState } from '../../src/analyses/steady-score.ts';
import type { CertificateCheck, Verdict } from '../../src/core/certificate.ts';
import type { Outcome, RequestRecord } from '../../src/core/record.ts';
import { milliseconds, nanoseconds } from '../../src/core/units.ts';
import { defaultPolicy, type ScorePolicy, scoreRun } from '../../src/metrics/index.ts';
import type { ReportInput, ReportManifest } from '../../src/plots/report-input.ts';

/** Runs made in code: always the same, each the extreme of one kind. Times in milliseconds. */
export interface Traffic {
  readonly requests: number;
  readonly meanGap: number;
  readonly warmup?: number;
  readonly tokenGap: number;
  readonly tokens: readonly [number, number];
  readonly prompts: readonly [number, number];
  /** Every so many requests a long prompt stops every stream while it is read. */
  readonly longPromptEvery?: number;
  readonly longPrompt?: number;
  /** Milliseconds one prompt token takes. */
  readonly perPromptToken: number;
  readonly chunk?: (token: number) => number;
  readonly outcome?: (id: number) => Outcome | undefined;
  readonly text?: boolean;
}

const prose =
  'A train leaves the valley before sunrise, and the river keeps its pace beside it. Fields lie under a thin mist that lifts as the light comes over the ridge. At each small station a door opens, somebody steps in with wet boots, and the talk begins again where it had stopped. ';

/** Mulberry32: the fixtures must not move when the package's own streams do. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Draft {
  readonly id: number;
  readonly due: number;
  readonly prompt: number;
  readonly tokens: number;
}

function drafts(traffic: Traffic, next: () => number): Draft[] {
  let due = 0;
  const between = ([low, high]: readonly [number, number]): number =>
    Math.round(low * (high / Math.max(1, low)) ** next()) || low;
  return Array.from({ length: traffic.requests }, (_, id) => {
    due += -Math.log1p(-next()) * traffic.meanGap;
    const long = traffic.longPromptEvery !== undefined && id % traffic.longPromptEvery === traffic.longPromptEvery - 1;
    const prompt = long ? (traffic.longPrompt ?? 12_000) : between(traffic.prompts);
    return { id, due, prompt, tokens: between(traffic.tokens) };
  });
}

/** One record per request; a long prompt holds every other stream up while it is read. */
function simulate(traffic: Traffic, seed = 1): RequestRecord[] {
  const next = random(seed);
  const all = drafts(traffic, next);
  const blocked = all
    .filter(({ prompt }) => prompt * traffic.perPromptToken > 250)
    .map(({ due, prompt, id }) => ({ from: due + 10, to: due + 10 + prompt * traffic.perPromptToken, id }));
  const free = (time: number, id: number): number => {
    let now = time;
    for (const block of blocked)
      if (block.id !== id && now >= block.from && now < block.to) now = block.to + next() * 3;
    return now;
  };
  return all.map((draft) => record(draft, traffic, next, free));
}

function record(
  draft: Draft,
  traffic: Traffic,
  next: () => number,
  free: (t: number, id: number) => number,
): RequestRecord {
  const { id, due, prompt, tokens } = draft;
  const outcome: Outcome = traffic.outcome?.(id) ?? { status: 'completed', finishReason: 'stop' };
  const at: number[] = [];
  const held: number[] = [];
  let now = free(due + 20 + prompt * traffic.perPromptToken + next() * 15, id);
  const wanted = outcome.status === 'failed' ? 0 : outcome.status === 'completed' ? tokens : Math.ceil(tokens / 3);
  for (let token = 0; token < wanted; ) {
    const size = Math.min(wanted - token, traffic.chunk?.(token) ?? 1);
    at.push(nanoseconds(now * 1e6));
    held.push(size);
    token += size;
    now = free(now + traffic.tokenGap * size * (0.85 + 0.3 * next()), id);
  }
  const ended = at.at(-1) ?? nanoseconds((due + 40) * 1e6);
  const n = at.length;
  return {
    id,
    phase: due < (traffic.warmup ?? 0) ? 'warmup' : 'measure',
    scheduledAt: milliseconds(due),
    sentAt: nanoseconds(due * 1e6 + 60_000),
    ...(n > 0 ? { firstByteAt: nanoseconds((at[0] ?? 0) - 1e6) } : {}),
    endedAt: nanoseconds(ended + 200_000),
    prompt: { asked: prompt, local: prompt, reported: prompt + 7 },
    output:
      n > 0 ? { asked: tokens, total: wanted, totalSource: 'usage', chunkSource: 'tokenizer' } : { asked: tokens },
    chunks: {
      at,
      tokens: held,
      kind: held.map(() => 0),
      bytes: held.map(() => 180),
      read: held.map((_, i) => i),
    },
    outcome,
    ...(traffic.text && n > 0
      ? { text: prose.repeat(Math.ceil((wanted * 4) / prose.length)).slice(0, wanted * 4) }
      : {}),
  };
}

function manifest(verdict: Verdict, reasons: readonly string[], measureFrom = 0): ReportManifest {
  const check = (
    id: string,
    label: string,
    unit: string,
    value: number | undefined,
    limit: number,
    far: number,
    explain: string,
  ): CertificateCheck => ({
    id,
    label,
    unit,
    ...(value === undefined ? {} : { value }),
    suspectAt: limit,
    invalidAt: far,
    result: value === undefined ? 'not measured' : value > far ? 'invalid' : value > limit ? 'suspect' : 'ok',
    explain,
  });
  const late = verdict === 'invalid' ? 240 : 0.071;
  return {
    name: 'chat-8b at 3.4 requests/s',
    startedAt: '2026-03-12T14:02:00Z',
    metronVersion: '0.1.0',
    endedBy: 'schedule',
    loadModel: 'open',
    phases: { measureFrom: milliseconds(measureFrom) },
    certificate: {
      verdict,
      reasons,
      checks: [
        check('lateness', 'Send lateness, P99', 'ms', late, 1, 20, 'scheduled against sent'),
        check(
          'loop-delay',
          'Event-loop delay, P99',
          'ms',
          verdict === 'suspect' ? 14.2 : 1.4,
          10,
          50,
          'receiving workers',
        ),
        check('gc', 'Garbage collection, longest', 'ms', 2.9, 10, 50, '24 pauses'),
        check('cpu', 'Processor use, busiest worker', 'share', 0.31, 0.8, 0.95, '2 workers'),
        check('clock', 'Clock steps', 'ms', undefined, 1, 10, 'needs a second clock'),
      ],
    },
    disclosure: {
      engine: { value: 'example-engine', status: 'declared' },
      precision: { status: 'missing' },
    },
    identity: { seed: 20240, scheduleHash: '9f3c41d2', promptHash: '07bec8aa' },
  };
}

const plan = {
  version: 1,
  name: 'chat-8b',
  target: {
    url: 'http://user:secret@10.0.4.21:8000/v1',
    model: 'chat-8b',
    protocol: 'openai-chat',
    headers: { 'X-Team': 'do-not-show' },
  },
  load: { arrivals: { kind: 'constant', rate: 3.4 }, duration: '180s' },
  phases: { warmup: '15s', grace: '30s' },
  workload: { prompt: { kind: 'lognormal', median: 700 }, output: { kind: 'fixed', tokens: 225 }, cache: 'cold' },
  seed: 20240,
};

const policy: ScorePolicy = { ...defaultPolicy, decodeDeadline: milliseconds(25) };

function input(records: RequestRecord[], facts: ReportManifest, score: ScorePolicy = policy): ReportInput {
  return { manifest: facts, plan, records, summary: scoreRun(records, score, { ...facts.phases, loadModel: 'open' }) };
}

const calm: Traffic = {
  requests: 600,
  meanGap: 290,
  warmup: 16_000,
  tokenGap: 18,
  tokens: [60, 400],
  prompts: [64, 2000],
  perPromptToken: 0.06,
};
const stormy: Traffic = {
  ...calm,
  perPromptToken: 0.11,
  longPromptEvery: 23,
  longPrompt: 13_364,
  text: true,
  chunk: (token) => (token % 41 === 40 ? 2 : 1),
  outcome: (id) =>
    id === 300
      ? { status: 'truncated', cause: 'reset' }
      : id % 197 === 100
        ? { status: 'failed', failure: { kind: 'http', httpStatus: 503, body: '<b>busy</b>' } }
        : id === 411
          ? { status: 'timeout', phase: 'first-token' }
          : undefined,
};
const short: Traffic = { ...calm, requests: 40, warmup: 0 };
const failing = (kind: 'all' | 'some'): Traffic => ({
  ...short,
  requests: 160,
  outcome: (id) =>
    kind === 'all' || id % 4 === 0
      ? id % 8 === 0
        ? {
            status: 'failed',
            failure: { kind: 'network', code: 'ECONNREFUSED', detail: '</script><script>alert(1)</script>' },
          }
        : { status: 'failed', failure: { kind: 'throttled', httpStatus: 429, retryAfterSeconds: 2 } }
      : undefined,
});

/** By name; made when asked for. */
export const runs = {
  bad: () => input(simulate(stormy, 20_240), manifest('valid', [], 16_000)),
  good: () => input(simulate(calm, 7), manifest('valid', [], 16_000)),
  steady: () => withSteadyState(input(simulate(calm, 7), manifest('valid', [], 16_000))),
  unsteady: () => withSteadyState(input(simulate({ ...short, requests: 60 }, 10), manifest('valid', []))),
  suspect: () =>
    input(
      simulate({ ...stormy, text: false }, 3),
      manifest(
        'suspect',
        ['A receiving worker was held up for 14.2 ms at P99 (limit 10 ms): shorter gaps are uncertain.'],
        16_000,
      ),
    ),
  invalid: () =>
    input(
      simulate(failing('some'), 5),
      manifest('invalid', ['31% of sends were late by more than 20 ms: the client, not the server, shaped the load.']),
    ),
  failing: () => input(simulate(failing('some'), 5), manifest('valid', [])),
  allFailed: () => input(simulate(failing('all'), 5), manifest('valid', [])),
  empty: () => input([], manifest('valid', [])),
  small: () =>
    input(
      simulate(
        { ...stormy, requests: 24, warmup: 1000, meanGap: 200, tokens: [8, 40], longPromptEvery: 9, text: false },
        12,
      ),
      manifest('valid', [], 1000),
    ),
  one: () => input(simulate({ ...short, requests: 1 }, 2), manifest('valid', [])),
  noStall: () => input(simulate({ ...short, requests: 120, tokenGap: 10 }, 4), manifest('valid', [])),
  oneLength: () => input(simulate({ ...short, requests: 120, prompts: [512, 512] }, 13), manifest('valid', [])),
  singleToken: () => input(simulate({ ...short, tokens: [1, 1] }, 6), manifest('valid', [])),
  buffered: () => input(buffered(simulate(short, 8)), manifest('valid', [])),
  censored: () =>
    input(
      simulate({ ...short, outcome: () => ({ status: 'cancelled', reason: 'run-end' }) }, 9),
      manifest('valid', []),
    ),
  uncertified: () => {
    const { certificate: _, ...facts } = manifest('valid', []);
    return input(simulate(short, 10), facts);
  },
  large: (requests = 20_000) =>
    input(
      simulate({ ...stormy, requests, meanGap: 60, longPromptEvery: 301, text: false }, 11),
      manifest('valid', [], 16_000),
    ),
} as const;

const withSteadyState = (run: ReportInput): ReportInput => ({
  ...run,
  summary: scoreWithSteadyState(run.records, run.summary.policy, { ...run.manifest.phases, loadModel: 'open' }),
});

export type RunName = keyof typeof runs;

const buffered = (records: RequestRecord[]): RequestRecord[] =>
  records.map((each) => {
    const last = each.chunks.at[each.chunks.at.length - 1] ?? 0;
    return {
      ...each,
      chunks: { ...each.chunks, at: Array.from(each.chunks.at, () => last), read: Array.from(each.chunks.at, () => 0) },
      outcome: { status: 'completed', finishReason: 'stop', buffered: true },
    };
  });
