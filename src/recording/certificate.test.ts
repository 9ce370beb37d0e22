import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds, nanoseconds, seconds } from '../core/units.ts';
import { certify } from './certificate.ts';
import type { LoopSnapshot } from './loop-monitor.ts';
import type { Measurements } from './measurements.ts';
import { queueingWait } from './queueing-wait.ts';
import type { Spread } from './spread.ts';

const spread = (p99: number): Spread => ({
  p50: milliseconds(p99 / 2),
  p99: milliseconds(p99),
  max: milliseconds(p99 * 2),
});

const loop = (more: Partial<LoopSnapshot> = {}): LoopSnapshot => ({
  elapsed: seconds(10),
  delay: spread(0.2),
  gc: { ...spread(0.3), count: 4, total: milliseconds(1) },
  utilisation: 0.1,
  cpuShare: 0.1,
  waitShare: 0.01,
  ...more,
});

const good: Measurements = {
  decodeDeadline: milliseconds(50),
  lateness: Array.from({ length: 1000 }, (_, i) => i * 100),
  askedRate: 4,
  achievedRate: 4.01,
  scheduled: 1000,
  unsent: 0,
  ownFailures: 0,
  paths: ['A', 'A'],
  loops: [loop(), loop({ utilisation: 0.2 })],
  lostPackets: { resent: 1, outOfOrder: 2 },
  lostWorkers: 0,
  backlog: 0.01,
  canary: spread(0.1),
  reads: { events: 10_000, sharedReads: 20 },
  clockSteps: { count: 0, largest: nanoseconds(0) },
  disordered: { count: 0, max: 0 },
};

const resultOf = (more: Partial<Measurements>, id: string) =>
  certify({ ...good, ...more }).checks.find((check) => check.id === id);

describe('the certificate', () => {
  it('of a calm run is valid, with nothing to explain', () => {
    const { verdict, reasons, checks } = certify(good);
    expect(reasons).toEqual([]);
    expect(verdict).toBe('valid');
    expect(checks.every(({ result, explain }) => result === 'ok' && explain.length > 10)).toBe(true);
  });

  it('keeps the figures behind the checks, loop by loop', () => {
    const { checks, evidence } = certify({ ...good, selfTest: spread(0.02), loops: [loop(), undefined] });
    expect(evidence).toMatchObject({
      paths: ['A', 'A'],
      tokenError: { canary: { p50_ms: 0.05, p99_ms: 0.1, max_ms: 0.2 }, selfTest: { p99_ms: 0.02 } },
      lateness: { p50_ms: 0.0499, p99_ms: 0.0989, max_ms: 0.0999 },
      loops: [{ utilisation: 0.1, delay: { p99_ms: 0.2 }, gc: { p99_ms: 0.3, count: 4 }, cpuShare: 0.1 }, null],
      lostPackets: { resent: 1, outOfOrder: 2 },
    });
    expect(evidence?.loops[0]?.queueingWait_ms).toBeCloseTo(0.0111, 4);
    const explained = (id: string) => checks.find((check) => check.id === id)?.explain;
    expect(explained('token-error')).toMatch(/P99 0\.1, .*self-test.*P99 0\.02,.*Stamped by the kernel \(path A\)\.$/);
    expect(explained('utilisation')).toMatch(/By worker: 10\.0 %, lost\.$/);
    expect(explained('lost-packets')).toMatch(/^1 by this machine, and 2 /);
  });

  it('says that user space stamped where it did, and that nobody counted lost packets, which decides nothing', () => {
    const { lostPackets: _, ...others } = good;
    const { checks, reasons, verdict } = certify({ ...others, paths: ['B'] });
    expect(checks[0]?.explain).toContain('Stamped by user space (path B).');
    expect([verdict, reasons]).toEqual(['valid', []]);
    expect(checks.find(({ id }) => id === 'lost-packets')).toMatchObject({ result: 'not measured' });
  });

  it.each([
    ['token-error', (v: number) => ({ canary: spread(v) }), 0.5, 5],
    ['token-error', (v: number) => ({ canary: undefined, selfTest: spread(v) }), 0.5, 5],
    ['token-error', (v: number) => ({ decodeDeadline: milliseconds(200), canary: spread(v) }), 2, 20],
    ['lateness', (v: number) => ({ lateness: [v * 1e6] }), 5, 50],
    ['rate', (v: number) => ({ askedRate: 100, achievedRate: 100 * (1 - v) }), 0.02, 0.1],
    ['rate', (v: number) => ({ askedRate: 100, achievedRate: 100 * (1 + v) }), 0.02, 0.1],
    ['utilisation', (v: number) => ({ loops: [loop(), loop({ utilisation: v })] }), 0.7, 0.9],
    ['gc', (v: number) => ({ loops: [loop({ gc: { ...spread(v), count: 1, total: milliseconds(v) } })] }), 1, 10],
    ['shared-reads', (v: number) => ({ reads: { events: 1000, sharedReads: v * 1000 } }), 0.01, 0.1],
    ['loop-delay', (v: number) => ({ loops: [loop({ delay: spread(v) })] }), 5, 50],
    ['cpu', (v: number) => ({ loops: [loop({ cpuShare: v })] }), 0.7, 0.9],
    ['clock', (v: number) => ({ clockSteps: { count: 1, largest: milliseconds(v) } }), 0.5, 5],
    ['unsent', (v: number) => ({ unsent: v * 1000 }), 0, 0.01],
    ['own-failures', (v: number) => ({ ownFailures: v * 1000 }), 0, 0.01],
  ] as const)('%s: limits', (id, measured, suspectAt, invalidAt) => {
    const at = (value: number) => resultOf(measured(value) as Partial<Measurements>, id);
    expect(at(suspectAt * 0.9)?.result).toBe('ok');
    expect(at(suspectAt * 1.1 + 0.001)?.result).toBe('suspect');
    expect(at(invalidAt * 0.9)?.result).toBe('suspect');
    expect(at(invalidAt * 1.1)?.result).toBe('invalid');
    expect(at(invalidAt)).toMatchObject({ suspectAt, invalidAt });
    const { verdict, reasons } = certify({ ...good, ...(measured(invalidAt * 1.1) as Partial<Measurements>) });
    expect(verdict).toBe('invalid');
    expect(reasons[0]).toMatch(/invalid above/);
  });

  it('takes the 99th order statistic of the lateness, and the worst of two error measurements', () => {
    const lateness = Float64Array.from({ length: 200 }, (_, i) => (i >= 198 ? 1e9 : i * 1e3));
    expect(resultOf({ lateness }, 'lateness')?.value).toBeCloseTo(0.197);
    expect(resultOf({ canary: spread(0.1), selfTest: spread(0.3) }, 'token-error')?.value).toBeCloseTo(0.3);
  });

  it('is invalid without a worker, whatever the rest says', () => {
    const { verdict, reasons } = certify({ ...good, loops: [loop(), undefined], lostWorkers: 1 });
    expect(verdict).toBe('invalid');
    expect(reasons[0]).toBe('Workers lost: 1, invalid above 0');
  });

  it('puts the worst reason first and speaks in per cent', () => {
    const { reasons } = certify({ ...good, askedRate: 10, achievedRate: 9.5, lateness: [6e7] });
    expect(reasons).toEqual([
      'Requests left late, P99: 60 ms, invalid above 50 ms',
      'Load off by: 5 %, suspect above 2 %',
    ]);
  });

  it('rounds to three digits and keeps the zeros of whole numbers', () => {
    const told = [1.4e8, 1e8 + 1, 5.556e7].map((late) => certify({ ...good, lateness: [late] }).reasons[0]);
    expect(told.map((reason) => reason?.split(/[:,]/)[2]?.trim())).toEqual(['140 ms', '100 ms', '55.6 ms']);
  });

  it('does not blame the client for what the server sent together', () => {
    const together = { events: 1000, sharedReads: 600 };
    expect(resultOf({ reads: together }, 'shared-reads')?.result).toBe('invalid');
    expect(resultOf({ reads: { ...together, sentTogether: 600 } }, 'shared-reads')?.result).toBe('ok');
    expect(resultOf({ reads: { ...together, medianGap: milliseconds(20) } }, 'shared-reads')?.result).toBe('ok');
    // Our loops may be later than this gap.
    expect(resultOf({ reads: { ...together, medianGap: milliseconds(0.05) } }, 'shared-reads')?.result).toBe('invalid');
  });

  it('names what was not measured, and vouches for nothing without the essential', () => {
    const { verdict, reasons, checks } = certify({ decodeDeadline: milliseconds(50) });
    expect(verdict).toBe('suspect');
    expect(checks.every(({ result, value }) => result === 'not measured' && value === undefined)).toBe(true);
    const deciding = checks.filter(({ suspectAt }) => suspectAt !== undefined);
    expect(reasons).toEqual(deciding.map(({ label }) => `not measured: ${label}`));

    const { canary: _, ...withoutCanary } = good;
    const partial = certify(withoutCanary);
    expect(partial.verdict).toBe('valid');
    expect(partial.reasons).toEqual(['not measured: Error of token times, P99']);
  });

  it('a closed loop asks for no rate', () => {
    const { askedRate: _, ...closed } = good;
    expect(certify(closed).checks.find(({ id }) => id === 'rate')?.result).toBe('not measured');
  });
});

describe('the queueing wait', () => {
  it('agrees with M/M/1 and M/D/1', () => {
    // 10 µs an event, 40,000 events a second: ρ 0.4.
    expect(queueingWait(0.4, 40_000)).toBeCloseTo((0.4 / 0.6) * 10_000, 0);
    expect(queueingWait(0.4, 40_000, 0)).toBeCloseTo((0.4 / 0.6) * 5_000, 0);
    expect(queueingWait(1, 40_000)).toBeUndefined();
    expect(queueingWait(0.4, 0)).toBeUndefined();
  });

  it('grows with the load', () => {
    const load = fc.double({ min: 0.01, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(load, load, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(queueingWait(low, 1000) ?? 0).toBeLessThanOrEqual(queueingWait(high, 1000) ?? 0);
      }),
    );
  });
});
