import { describe, expect, it } from 'vitest';
import { built } from '../e2e/built.ts';

// Classes and counts are asserted, times are reported: a machine that stalls must not fail this.
const { runTrial } = await built<typeof import('../../src/selftest/trial.ts')>('selftest/trial.js');

const second = 1e9;
const ns = (value: number) => value as never;
const minutes = Number(process.env.METRON_SOAK_MINUTES ?? 10);

function spread(name: string, errors: Float64Array): void {
  const sorted = errors.map(Math.abs).sort();
  const at = (share: number): string => ((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1000).toFixed(0);
  console.log(
    `found: ${name}: ${sorted.length} tokens, p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${at(1)} µs`,
  );
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
    console.log(`found: memory ${(result.memory / 2 ** 20).toFixed(0)} MiB`);
  });

  it(
    `reads 40,000 tokens a second for ${minutes} minutes and gets neither larger nor later`,
    async () => {
      const streams = 1000;
      const gap = 25e6;
      const tokens = 400;
      // Each stream is followed by the next on the same connection, a little later than it ends.
      const round = tokens * gap * 1.02;
      const rounds = Math.floor((minutes * 60 * second) / round);
      const due = Float64Array.from({ length: streams * rounds }, (_, i) => (i / streams) * round);
      const result = await runTrial({
        source: { tokens, gap: ns(gap), firstTokenAfter: ns(0), phases: 'random' },
        requests: { due, tokens: new Uint32Array(due.length).fill(tokens) },
        connections: streams + 200,
      });
      expect(result).toMatchObject({ completed: due.length, tokensFound: result.tokensSent });
      expect(result.facts.lostWorkers).toBe(0);

      // Records leave for the file as they end: what is held does not depend on how long it went on.
      const held = result.memoryBySecond.slice(20, -1);
      const [heldAtFirst, heldAtLast] = [held.slice(0, 20), held.slice(-20)].map(
        (part) => Math.max(...part) / mebibyte,
      );
      console.log(`found: memory ${heldAtFirst?.toFixed(0)} MiB at first, ${heldAtLast?.toFixed(0)} MiB at last`);
      expect(heldAtLast ?? 0).toBeLessThan((heldAtFirst ?? 0) + mostGrowth);

      // A machine that stalls makes some windows late, an instrument that ages makes them all late.
      const p99 = windowP99s(result.sentAt, result.errors, rounds * round);
      const third = Math.floor(p99.length / 3);
      const [early, late] = [p99.slice(0, third), p99.slice(-third)].map((part) => quartile(part) / 1000);
      console.log(`found: p99 of the better windows: ${early?.toFixed(0)} µs at first, ${late?.toFixed(0)} µs at last`);
      spread('all', result.errors);
      expect(late ?? 0).toBeLessThan(Math.max(5 * (early ?? 0), noWorseThan));
    },
    soakTimeout,
  );
});

const mebibyte = 2 ** 20;
/** MiB: what V8 keeps or gives back of its own accord. */
const mostGrowth = 300;
/** µs: below this no window is called late. */
const noWorseThan = 2000;
const soakTimeout = (minutes + 4) * 60_000;

/** P99 of the errors in each window of 5 s between the first and the last, nanoseconds. */
function windowP99s(sentAt: Float64Array, errors: Float64Array, end: number): number[] {
  const windows = Math.floor(end / windowLength) - 1;
  const inWindow = Array.from({ length: windows }, (): number[] => []);
  for (const [i, at] of sentAt.entries()) inWindow[Math.floor(at / windowLength) - 1]?.push(Math.abs(errors[i] ?? 0));
  return inWindow.map((found) => Float64Array.from(found).sort()[Math.ceil(0.99 * found.length) - 1] ?? 0);
}

const windowLength = 5 * second;

const quartile = (values: readonly number[]): number =>
  Float64Array.from(values).sort()[Math.floor(values.length / 4)] ?? 0;
