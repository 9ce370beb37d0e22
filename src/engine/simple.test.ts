import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { Emission, EngineCore } from './core.ts';
import { simple } from './simple.ts';

const exact = { firstTokenJitter: 0, gapJitter: 0, stallProbability: 0 };
const core = (options: object, seed = 1): EngineCore => simple.create(simple.options.parse(options), seed);
const ms = (value: number): Nanoseconds => milliseconds(value);
const forever = Number.MAX_SAFE_INTEGER as Nanoseconds;

function drain(engine: EngineCore, to = forever): Emission[] {
  const log: Emission[] = [];
  engine.advance(to, (emission) => log.push(emission));
  return log;
}

describe('the simple engine', () => {
  it('gives the first token after a + b per prompt token and the rest at the gap', () => {
    const engine = core({ ...exact, firstTokenMs: 100, perPromptTokenMs: 0.5, gapMs: 20 });
    engine.submit({ id: 7, promptTokens: 40, outputTokens: 3 }, ms(1000));
    expect(engine.nextAt()).toBe(ms(1120));
    expect(drain(engine)).toEqual([
      { kind: 'tokens', id: 7, at: ms(1120), tokens: 1 },
      { kind: 'tokens', id: 7, at: ms(1140), tokens: 1 },
      { kind: 'tokens', id: 7, at: ms(1160), tokens: 1 },
      { kind: 'finished', id: 7, at: ms(1160), cachedTokens: 0, scheduledAt: ms(1000) },
    ]);
    expect(engine.nextAt()).toBeUndefined();
  });

  it('lets requests beyond the slots wait in line, first come first served', () => {
    const engine = core({ ...exact, firstTokenMs: 100, perPromptTokenMs: 0, gapMs: 10, slots: 1 });
    for (const id of [1, 2, 3]) engine.submit({ id, promptTokens: 1, outputTokens: 1 }, ms(id));
    expect(engine.stats()).toMatchObject({ running: 1, waiting: 2 });
    const firsts = drain(engine).filter(({ kind }) => kind === 'tokens');
    expect(firsts.map(({ id, at }) => [id, at])).toEqual([
      [1, ms(101)],
      [2, ms(201)],
      [3, ms(301)],
    ]);
  });

  it('frees the slot of a cancelled request for the next in line', () => {
    const engine = core({ ...exact, firstTokenMs: 100, perPromptTokenMs: 0, slots: 1 });
    engine.submit({ id: 1, promptTokens: 1, outputTokens: 1000 }, ms(0));
    engine.submit({ id: 2, promptTokens: 1, outputTokens: 1 }, ms(0));
    engine.submit({ id: 3, promptTokens: 1, outputTokens: 1 }, ms(0));
    drain(engine, ms(110));
    engine.cancel(3, ms(120));
    engine.cancel(1, ms(120));
    expect(engine.stats()).toMatchObject({ running: 1, waiting: 0 });
    expect(drain(engine)).toEqual([
      { kind: 'tokens', id: 2, at: ms(220), tokens: 1 },
      { kind: 'finished', id: 2, at: ms(220), cachedTokens: 0, scheduledAt: ms(120) },
    ]);
  });

  it('ignores the cancellation of what it does not know', () => {
    const engine = core(exact);
    engine.submit({ id: 1, promptTokens: 1, outputTokens: 2 }, ms(0));
    engine.cancel(99, ms(1));
    expect(drain(engine)).toHaveLength(3);
    engine.cancel(1, ms(10_000));
    expect(engine.stats()).toMatchObject({ running: 0, waiting: 0 });
  });

  it('in step, gives all who are decoding their token at the same instant', () => {
    const engine = core({ firstTokenMs: 50, perPromptTokenMs: 0.1, inStep: true, stallProbability: 0.01 });
    for (let id = 0; id < 8; id++) engine.submit({ id, promptTokens: 100 * id, outputTokens: 60 }, ms(id));
    const times = new Map<number, Set<number>>();
    const decodingUntil = new Map<number, number>();
    for (const { kind, id, at } of drain(engine)) {
      if (kind === 'finished') decodingUntil.set(id, at);
      else times.set(id, (times.get(id) ?? new Set()).add(at));
    }
    const steps = [...new Set([...times.values()].flatMap((set) => [...set]))].sort((a, b) => a - b);
    for (const [id, own] of times) {
      const first = Math.min(...own);
      const during = steps.filter((at) => at >= first && at <= decodingUntil.get(id)!);
      expect(during).toEqual([...own].sort((a, b) => a - b));
    }
  });

  it('in step, lets a prompt that is done wait for the next step and no longer', () => {
    const engine = core({ ...exact, firstTokenMs: 50, perPromptTokenMs: 1, gapMs: 10, inStep: true });
    engine.submit({ id: 0, promptTokens: 0, outputTokens: 100 }, ms(0));
    engine.submit({ id: 1, promptTokens: 3, outputTokens: 2 }, ms(0));
    engine.submit({ id: 2, promptTokens: 20, outputTokens: 2 }, ms(0));
    const log = drain(engine, ms(100)).filter(({ kind, id }) => kind === 'tokens' && id > 0);
    expect(log.map(({ id, at }) => [id, at])).toEqual([
      [1, ms(60)],
      [2, ms(70)],
      [1, ms(70)],
      [2, ms(80)],
    ]);
  });

  it('stalls about as often as asked', () => {
    const engine = core({ firstTokenMs: 0, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0.05, slots: 1 });
    engine.submit({ id: 0, promptTokens: 0, outputTokens: 20_001 }, ms(0));
    const at = drain(engine)
      .filter(({ kind }) => kind === 'tokens')
      .map((emission) => emission.at);
    const gaps = at.slice(1).map((time, i) => time - at[i]!);
    const stalls = gaps.filter((gap) => gap > ms(300));
    expect(stalls.length).toBeGreaterThan(850);
    expect(stalls.length).toBeLessThan(1150);
    for (const stall of stalls) expect(stall).toBeLessThan(ms(1202));
  });

  const load = fc.record({
    seed: fc.integer(),
    slots: fc.integer({ min: 1, max: 4 }),
    inStep: fc.boolean(),
    requests: fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 300 }),
        prompt: fc.integer({ min: 0, max: 2000 }),
        output: fc.integer({ min: 1, max: 30 }),
        cancelAfter: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  });

  interface Load {
    readonly seed: number;
    readonly slots: number;
    readonly inStep: boolean;
    readonly requests: readonly { gap: number; prompt: number; output: number; cancelAfter?: number | undefined }[];
  }

  function play({ seed, slots, inStep, requests }: Load, pause: number): Emission[] {
    const engine = core({ slots, inStep, stallProbability: 0.05 }, seed);
    const calls: { at: number; run: (at: Nanoseconds) => void }[] = [];
    let clock = 0;
    requests.forEach(({ gap, prompt, output, cancelAfter }, id) => {
      clock += gap;
      calls.push({
        at: ms(clock),
        run: (at) => engine.submit({ id, promptTokens: prompt, outputTokens: output }, at),
      });
      if (cancelAfter !== undefined) calls.push({ at: ms(clock + cancelAfter), run: (at) => engine.cancel(id, at) });
    });
    calls.sort((a, b) => a.at - b.at);
    const log: Emission[] = [];
    let now = 0;
    for (const { at, run } of calls) {
      for (; now < at; now += pause) engine.advance(nanoseconds(Math.min(now, at)), (emission) => log.push(emission));
      engine.advance(at as Nanoseconds, (emission) => log.push(emission));
      run(at as Nanoseconds);
      now = at;
    }
    engine.advance(forever, (emission) => log.push(emission));
    expect(engine.stats()).toMatchObject({ running: 0, waiting: 0 });
    return log;
  }

  it('gives every request that stays exactly its tokens, and time never runs back', () => {
    fc.assert(
      fc.property(load, (loadCase) => {
        const log = play(loadCase, ms(10_000));
        for (let i = 1; i < log.length; i++) expect(log[i]!.at).toBeGreaterThanOrEqual(log[i - 1]!.at);
        loadCase.requests.forEach(({ output, cancelAfter }, id) => {
          const own = log.filter((emission) => emission.id === id);
          const tokens = own.filter(({ kind }) => kind === 'tokens').length;
          const finished = own.filter(({ kind }) => kind === 'finished').length;
          expect(tokens).toBeLessThanOrEqual(output);
          if (cancelAfter === undefined) expect([tokens, finished]).toEqual([output, 1]);
          if (finished === 1) expect(own.at(-1)?.kind).toBe('finished');
        });
      }),
      { numRuns: 60 },
    );
  });

  it('has one log for one seed, however often it is woken', () => {
    fc.assert(
      fc.property(load, (loadCase) => {
        expect(play(loadCase, ms(7))).toEqual(play(loadCase, ms(10_000)));
      }),
      { numRuns: 25 },
    );
  });
});
