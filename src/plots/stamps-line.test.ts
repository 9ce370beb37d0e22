import { describe, expect, it } from 'vitest';
import { stampsLine } from './stamps-line.ts';

const spread = (p99_ms: number) => ({ p50_ms: 0, p99_ms, max_ms: 1 });

describe('who stamped, in one line', () => {
  it.each([
    [
      { paths: ['A', 'A'], tokenError: { canary: spread(0.02), selfTest: spread(0.15) } },
      'Token times by the kernel (path A), ± 0.150 ms at P99',
    ],
    [{ paths: ['B'], tokenError: { canary: spread(0.02) } }, 'Token times by user space (path B), ± 20.0 µs at P99'],
    [{ paths: ['C'], tokenError: {} }, 'Token times by user space (path C)'],
    [{ paths: [], tokenError: {} }, undefined],
    [undefined, undefined],
  ])('of %j', (evidence, expected) => {
    expect(stampsLine(evidence && { loops: [], ...evidence }, ' ')).toBe(expected);
  });
});
