import { describe, expect, it } from 'vitest';
import { built } from '../e2e/built.ts';

// Classes and counts are asserted, times are reported: a machine that stalls must not fail this.
const { runTrial } = await built<typeof import('../../src/selftest/trial.ts')>('selftest/trial.js');

const second = 1e9;
const ns = (value: number) => value as never;
const minutes = Number(process.env.METRON_SOAK_MINUTES ?? 4);

function spread(name: string, errors: Float64Array): void {
  const sorted = errors.slice().sort();
  const at = (share: number): string => ((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1000).toFixed(0);
  console.log(`${name}: ${sorted.length} tokens, p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${at(1)} µs`);
}

describe('the instrument, long and wide', () => {
  it('carries ten thousand concurrent streams over two workers to the end with nothing lost', async () => {
    const streams = 10_000;
    const tokens = 24;
    const result = await runTrial({
      source: { tokens, gap: ns(second), firstTokenAfter: ns(0), phases: 'random' },
      requests: {
        due: Float64Array.from({ length: streams }, (_, i) => (i / streams) * 8 * second),
        tokens: new Uint32Array(streams).fill(tokens),
      },
      workers: 2,
      connections: 4000,
    });
    expect(result).toMatchObject({ completed: streams, answered: streams, tokensFound: streams * tokens });
    expect(result.facts.lostWorkers).toBe(0);
    spread('10,000 streams', result.errors);
    console.log(`memory ${(result.memory / 2 ** 20).toFixed(0)} MiB`);
  });

  it('reads 40,000 tokens a second for minutes without growing', async () => {
    const streams = 1000;
    const gap = 25e6;
    const length = minutes * 60 * second;
    const tokens = 400;
    // Each stream is followed by the next on the same connection.
    const rounds = Math.floor(length / (tokens * gap));
    const due = Float64Array.from({ length: streams * rounds }, (_, i) => (i / streams) * tokens * gap * 1.02);
    const result = await runTrial({
      source: { tokens, gap: ns(gap), firstTokenAfter: ns(0), phases: 'random' },
      requests: { due, tokens: new Uint32Array(due.length).fill(tokens) },
      connections: streams + 200,
    });
    expect(result).toMatchObject({ completed: due.length, tokensFound: result.tokensSent });
    const end = length / second;
    const minute = (from: number, to: number) =>
      result.errors.filter((_, i) => (result.sentAt[i] ?? 0) >= from * second && (result.sentAt[i] ?? 0) < to * second);
    spread('first minute', minute(10, 70));
    spread('last minute', minute(end - 60, end));
    console.log(`memory ${(result.memory / 2 ** 20).toFixed(0)} MiB`);
    // Records leave for the file as they end: what is held does not depend on how long it went on.
    expect(result.memory).toBeLessThan(1.5 * 2 ** 30);
  });
});
