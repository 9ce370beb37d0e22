import { describe, expect, it } from 'vitest';
import { resolvePlan, scorePolicy } from '../config/index.ts';
import { expectWithinCurve } from './curve-range.ts';
import { simulate } from './simulate.ts';

const curve = { id: 'c', a_ms: 10, b_ms_per_token: 0.1, c_ms_per_token2: 0, from_tokens: 60, to_tokens: 1030 };
const asked = { asked_from_tokens: 32, asked_to_tokens: 1000 };

const policyOf = (score: object) =>
  scorePolicy(
    resolvePlan({
      target: { url: 'http://example.invalid/v1', model: 'm' },
      load: { arrivals: 'poisson:1', requests: 5 },
      score,
    }).score,
  );

describe('prompts outside the lengths of a prefill curve', () => {
  it('are refused with both ranges and the flag that allows them', () => {
    const policy = policyOf({ prefillCurve: curve });
    expect(() => expectWithinCurve(policy, [60, 1030])).not.toThrow();
    expect(() => expectWithinCurve(policy, [59, 500, 2000])).toThrow(
      'the prefill curve c was measured on prompts of 60 to 1,030 tokens, and 2 of 3 prompts (59 to 2,000 tokens) lie outside',
    );
    try {
      expectWithinCurve(policy, [2000]);
    } catch (error) {
      expect(error).toMatchObject({ code: 'CURVE_RANGE', exitCode: 2 });
      expect((error as { hint: string }).hint).toContain('--extrapolate-curve');
    }
  });

  it('are compared as they were asked for, where the curve tells', () => {
    const policy = policyOf({ prefillCurve: { ...curve, ...asked } });
    expect(() => expectWithinCurve(policy, [32, 1000])).not.toThrow();
    expect(() => expectWithinCurve(policy, [1030])).toThrow('32 to 1,000');
  });

  it('are taken where the plan allows it, and of no interest without a curve', () => {
    expect(() => expectWithinCurve(policyOf({ prefillCurve: curve, extrapolateCurve: true }), [1, 9999])).not.toThrow();
    expect(() => expectWithinCurve(policyOf({}), [1, 9999])).not.toThrow();
    expect(() => policyOf({ extrapolateCurve: true })).toThrow('score.extrapolateCurve');
  });

  it('stop a run before any load', async () => {
    const plan = resolvePlan({
      target: { url: 'http://example.invalid/v1', model: 'm' },
      load: { arrivals: 'poisson:1', requests: 5 },
      workload: { prompt: '2000' },
      score: { prefillCurve: curve },
    });
    await expect(simulate(plan, { runsFolder: '/nonexistent' })).rejects.toMatchObject({ code: 'CURVE_RANGE' });
  });
});
