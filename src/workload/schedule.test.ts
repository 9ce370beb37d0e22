import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../core/units.ts';
import { PromptHash, promptHash, promptText } from './prompt-text.ts';
import { repetitionSeed } from './repetition-seed.ts';
import { buildSchedule, type ScheduleOptions } from './schedule.ts';
import { describeSchedule } from './schedule-statistics.ts';
import { tokenizers } from './tokenizers/index.ts';

const workload: ScheduleOptions['workload'] = {
  prompt: { kind: 'uniform', min: 20, max: 60 },
  output: { kind: 'lognormal', median: 100, p90: 300, min: 1 },
  cache: 'cold',
  tokenizer: 'o200k',
};

const open: ScheduleOptions = {
  load: { arrivals: { kind: 'poisson', rate: 20 }, duration: seconds(60) },
  phases: { warmup: seconds(10) },
  workload,
};

describe('an open-loop schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(buildSchedule(open, 1)).toEqual(buildSchedule(open, 1));
    expect(buildSchedule(open, 1).hash).toMatch(/^[0-9a-f]{64}$/);
    expect(buildSchedule(open, 2).hash).not.toBe(buildSchedule(open, 1).hash);
  });

  it('ascends, ends with its duration and holds about rate × duration', () => {
    const { scheduledAt = new Float64Array(), count } = buildSchedule(open, 1);
    expect(scheduledAt).toEqual(scheduledAt.slice().sort());
    expect(scheduledAt.at(-1)).toBeLessThan(seconds(60));
    expect(count).toBeGreaterThan(1200 - 4 * Math.sqrt(1200));
    expect(count).toBeLessThan(1200 + 4 * Math.sqrt(1200));
  });

  it('warms up with the same process, told apart by scheduled time alone', () => {
    const { scheduledAt, phase } = buildSchedule(open, 1);
    expect(scheduledAt).toEqual(buildSchedule({ ...open, phases: { warmup: seconds(0) } }, 1).scheduledAt);
    expect(Array.from(phase ?? [])).toEqual(Array.from(scheduledAt ?? [], (at) => (at < seconds(10) ? 0 : 1)));
  });

  it('ends with its count, or with its duration if that comes first', () => {
    const counted = { ...open, load: { arrivals: { kind: 'poisson', rate: 20 }, requests: 500 } };
    expect(buildSchedule(counted, 1).count).toBe(500);
    expect(buildSchedule({ ...open, load: { ...open.load, requests: 300 } }, 1).count).toBe(300);
    expect(buildSchedule({ ...open, load: { ...open.load, requests: 1e6 } }, 1).count).toBeLessThan(1500);
  });

  it('sends exactly rate × duration when equally spaced', () => {
    const constant = { ...open, load: { arrivals: { kind: 'constant', rate: 4 }, duration: seconds(60) } };
    expect(buildSchedule(constant, 1).count).toBe(240);
  });

  it('sends all at once when told to', () => {
    const oneShot = { ...open, load: { arrivals: { kind: 'one-shot' }, requests: 50 }, phases: { warmup: seconds(0) } };
    expect(Array.from(buildSchedule(oneShot, 1).scheduledAt ?? [])).toEqual(Array.from({ length: 50 }, () => 0));
  });

  it('keeps arrivals when lengths change, and lengths when arrivals change', () => {
    const longer = buildSchedule({ ...open, workload: { ...workload, prompt: { kind: 'fixed', tokens: 9 } } }, 1);
    const before = buildSchedule(open, 1);
    expect(longer.scheduledAt).toEqual(before.scheduledAt);
    expect(longer.outputTokens).toEqual(before.outputTokens);
    const faster = buildSchedule(
      { ...open, load: { arrivals: { kind: 'constant', rate: 50 }, duration: seconds(60) } },
      1,
    );
    expect(faster.promptTokens.slice(0, 900)).toEqual(before.promptTokens.slice(0, 900));
    expect(faster.hash).not.toBe(before.hash);
  });

  it.each([
    ['never ends', { load: { arrivals: { kind: 'poisson', rate: 4 } } }, /never end by themselves/],
    ['is at once without a count', { load: { arrivals: { kind: 'one-shot' }, duration: seconds(9) } }, /never end/],
    [
      'is over before it begins',
      { load: { arrivals: { kind: 'poisson', rate: 1e-6 }, duration: seconds(1) } },
      /no request/,
    ],
    ['only warms up', { load: { arrivals: { kind: 'constant', rate: 9 }, requests: 5 } }, /fall into the warm-up/],
    ['has no lengths', { workload: { cache: 'cold' as const, tokenizer: 'o200k' } }, /no lengths/],
  ])('is refused when it %s', (_, change, message) => {
    expect(() => buildSchedule({ ...open, ...change }, 1)).toThrow(message);
  });
});

describe('a closed-loop schedule', () => {
  it('is a list of work without times', () => {
    const schedule = buildSchedule({ ...open, load: { closed: { users: 4 }, requests: 100 } }, 1);
    expect(schedule.count).toBe(100);
    expect(schedule.scheduledAt).toBeUndefined();
    expect(schedule.phase).toBeUndefined();
  });

  it('holds more work than can be done in its time, and its beginning does not depend on how much', () => {
    const short = buildSchedule({ ...open, load: { closed: { users: 2 }, duration: seconds(1) } }, 1);
    const long = buildSchedule({ ...open, load: { closed: { users: 2 }, duration: seconds(2) } }, 1);
    expect(short.count).toBeGreaterThanOrEqual(400);
    expect(long.promptTokens.slice(0, short.count)).toEqual(short.promptTokens);
  });
});

describe('paired lengths', () => {
  it('stay together', () => {
    const rows = [
      [10, 1000],
      [2000, 20],
    ] as const;
    const { promptTokens, outputTokens, count } = buildSchedule(
      { ...open, workload: { cache: 'cold', tokenizer: 'o200k', paired: { rows } } },
      1,
    );
    const pairs = new Set(Array.from({ length: count }, (_, id) => `${promptTokens[id]}/${outputTokens[id]}`));
    expect(pairs).toEqual(new Set(['10/1000', '2000/20']));
  });
});

describe('prompts', () => {
  const schedule = buildSchedule({ ...open, load: { ...open.load, requests: 300 } }, 1);

  it('have the scheduled length', () => {
    const o200k = tokenizers.get('o200k');
    for (let id = 0; id < 50; id++) expect(o200k.count(promptText(schedule, id))).toBe(schedule.promptTokens[id]);
    expect(() => promptText(schedule, 300)).toThrow(RangeError);
  });

  it('hash the same whether they are made for the hash or as they are sent', () => {
    const asSent = new PromptHash();
    for (let id = 0; id < schedule.count; id++) asSent.add(promptText(schedule, id));
    expect(asSent.digest()).toBe(promptHash(schedule));
    expect(promptHash(schedule, 10)).not.toBe(promptHash(schedule));
  });

  it('change with the seed and with the salt, which leaves the schedule as it is', () => {
    const salted = buildSchedule(
      { ...open, load: { ...open.load, requests: 300 }, workload: { ...workload, salt: 'b' } },
      1,
    );
    expect(salted.hash).toBe(schedule.hash);
    expect(promptText(salted, 0)).not.toBe(promptText(schedule, 0));
    expect(promptText(buildSchedule(open, 2), 0)).not.toBe(promptText(schedule, 0));
  });

  it('are the same for any seed when the cache shall be warm', () => {
    const warm = { ...open, workload: { ...workload, prompt: { kind: 'fixed', tokens: 50 }, cache: 'warm' as const } };
    expect(promptText(buildSchedule(warm, 1), 0)).toBe(promptText(buildSchedule(warm, 2), 7));
  });
});

describe('what was drawn', () => {
  it('is told as it is', () => {
    const facts = describeSchedule(buildSchedule(open, 1));
    expect(facts.rate_per_s).toBeGreaterThan(18);
    expect(facts.gapCv).toBeGreaterThan(0.9);
    expect(facts.measuredRequests).toBeLessThan(facts.requests);
    expect(facts.prompt).toMatchObject({ min: 20, max: 60, n: facts.requests });
    expect(facts.output.p90).toBeGreaterThan(facts.output.p50);
  });

  it('has no rate where all is sent at once, and no time in a closed loop', () => {
    const atOnce = { ...open, load: { arrivals: { kind: 'one-shot' }, requests: 5 }, phases: { warmup: seconds(0) } };
    expect(describeSchedule(buildSchedule(atOnce, 1))).not.toHaveProperty('rate_per_s');
    const closed = describeSchedule(buildSchedule({ ...open, load: { closed: { users: 1 }, requests: 3 } }, 1));
    expect(closed).not.toHaveProperty('lastAt');
    expect(closed.requests).toBe(3);
  });
});

describe('seeds of repetitions', () => {
  it('begin with the plan’s own and never meet', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const seeds = Array.from({ length: 20 }, (_, n) => repetitionSeed(seed, n));
        expect(seeds[0]).toBe(seed);
        expect(new Set(seeds).size).toBe(20);
        expect(seeds.every((s) => Number.isSafeInteger(s) && s >= 0)).toBe(true);
      }),
    );
  });
});
