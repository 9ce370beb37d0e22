import { describe, expect, it } from 'vitest';
import type { SteadySummary } from '../../analyses/steady-score.ts';
import { steadyStateLines } from './steady-state.ts';

const headline = {
  fluidShare: { value: 1, low: 0.984, high: 1, n: 231, confidence: 0.95 },
  fluidRate: { value: 123.4, high: 128.2, n: 231, confidence: 0.95 },
  ttftP99: { value: 195, low: 151, n: 231, confidence: 0.95 },
  tbtP99: { value: 16, low: 15.9, high: 16.1, n: 42_255, confidence: 0.95 },
};
const steadyState = { verdict: 'steady', from: 10.3e9, to: 67.3e9, requests: 223, explain: 'no warm-up', headline };
const summary = { headline, steadyState } as unknown as SteadySummary;

describe('the steady window beside the whole run', () => {
  it('has intervals beside their values where the screen is wide enough', () => {
    const lines = steadyStateLines(summary, { color: false, width: 120 });
    expect(lines.join('\n')).toContain('123 tokens/s (? to 128 tokens/s)');
  });

  it('has them beneath where it is not', () => {
    const lines = steadyStateLines(summary, { color: false, width: 80 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toMatch(/Fluid rate +123 tokens\/s +123 tokens\/s\n +\? to 128 tokens\/s/);
  });
});
