import { describe, expect, it } from 'vitest';
import { timingWarnings } from './timing-warnings.ts';

describe('warnings about timing', () => {
  it.each([
    [{}, []],
    [{ latenessP99Seconds: 1e-3, crowdedFlushSeconds: 12e-6 }, []],
    [{ latenessP99Seconds: 5e-3 }, ['up to 5 ms late']],
    [{ latenessP99Seconds: 5e-3, coreWaitShare: 0.01 }, ['too busy for exact pacing']],
    [{ latenessP99Seconds: 5e-3, coreWaitShare: 0.44 }, ['waited for one 44 % of the time']],
    [{ coreWaitShare: 0.9 }, []],
    [{ latenessP99Seconds: Number.POSITIVE_INFINITY }, ['over a second late']],
    [{ crowdedFlushSeconds: 15.24e-6 }, ['15.2 µs a stream, more than 12']],
    [{ latenessP99Seconds: 2e-3, crowdedFlushSeconds: 20e-6 }, ['up to 2 ms late', '20.0 µs a stream']],
  ])('%j', (stats, expected) => {
    const warnings = timingWarnings(stats).map(({ warning }) => warning);
    expect(warnings).toHaveLength(expected.length);
    for (const [i, part] of expected.entries()) expect(warnings[i]).toContain(part);
  });
});
