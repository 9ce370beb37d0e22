import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as metrics from './index.ts';

const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** The cells of the last table row that begins with this id: `tpot` is an option of the policy too. */
const rowOf = (id: string): string[] | undefined =>
  text
    .split('\n')
    .findLast((line) => line.startsWith(`| \`${id}\` |`))
    ?.split(' | ')
    .map((cell) => cell.replaceAll('|', '').trim());

describe('docs/metrics.md', () => {
  for (const metric of [...metrics.requestMetrics.all, ...metrics.runMetrics.all]) {
    it(`describes ${metric.kind}`, () => expect(rowOf(metric.kind)?.[1]).toBe(metric.unit));
  }

  it('names the population of each metric per request', () => {
    for (const metric of metrics.requestMetrics.all) {
      if (metric.per === 'request') expect(rowOf(metric.kind)?.[3], metric.kind).toBe(metric.among);
    }
  });

  it('names every option of the policy', () => {
    for (const option of [...Object.keys(metrics.defaultPolicy), 'slackCap']) expect(text).toContain(`\`${option}\``);
  });

  it('has an example that prints what it says', () => {
    const code = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const printed: string[] = [];
    const body = code.replace(/import (\{[^}]*\}) from 'metron\/metrics';/, 'const $1 = metrics;');
    const log = (...values: unknown[]) => printed.push(values.join(' '));
    new Function('metrics', 'console', body)(metrics, { log });
    const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, comment]) => comment);
    expect(promised.length).toBeGreaterThan(0);
    expect(printed).toEqual(promised);
  });
});
