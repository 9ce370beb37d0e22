import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { planFacts } from './plan-facts.ts';

const good = runs.good();
const facts = (plan: unknown) => planFacts(plan, good.manifest, good.summary.policy);

describe('what was run', () => {
  it('shows the plan, the policy and how to repeat it', () => {
    const { facts: shown, text, command } = facts(good.plan);
    const value = (label: string): string | undefined => shown.find((fact) => fact.label === label)?.value;
    expect(value('Target')).toBe('http://10.0.4.21:8000/v1, model chat-8b, openai-chat');
    expect(value('Target for readers')).toBe('99% of requests with fluidity ≥ 0.9 at 25\u202fms per token');
    expect(value('Seed')).toBe('20240');
    expect(text).toContain('load:\n  arrivals:\n    kind: constant\n    rate: 3.4');
    expect(command).toBe('metron run plan.json');
  });

  it('never shows who may use the target', () => {
    const { facts: shown, text } = facts(good.plan);
    expect(JSON.stringify(shown) + text).not.toMatch(/secret|do-not-show/);
  });

  it.each([[undefined], [null], [{}], ['text'], [{ target: null, load: [] }]])(
    'copes with a plan that is %j',
    (plan) => {
      expect(facts(plan).facts.length).toBeGreaterThan(2);
    },
  );

  it('cuts a plan that holds a whole table', () => {
    const rows = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`row${i}`, i]));
    expect(facts({ rows }).text.length).toBeLessThan(20_100);
  });

  it('tells of each fact how it is known', () => {
    const { disclosed } = facts({});
    expect(disclosed).toContainEqual({ label: 'Engine', value: 'example-engine', status: 'declared' });
    expect(disclosed).toContainEqual({ label: 'Precision', value: '', status: 'missing' });
  });
});
