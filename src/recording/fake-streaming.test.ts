import { describe, expect, it } from 'vitest';
import { releasedAtOnce } from './fake-streaming.ts';

const ms = 1e6;
const stream = (count: number, first: number, gap: number, readOf = (i: number) => i) => ({
  at: Array.from({ length: count }, (_, i) => first + i * gap),
  tokens: Array.from({ length: count }, () => 1),
  read: Array.from({ length: count }, (_, i) => readOf(i)),
});

describe('an answer released at once', () => {
  it('comes in one read, or in reads faster than anything decodes', () => {
    expect(
      releasedAtOnce(
        stream(100, 2000 * ms, 0, () => 4),
        0,
      ),
    ).toBe(true);
    expect(releasedAtOnce(stream(100, 2000 * ms, 0.02 * ms), 0)).toBe(true);
    expect(releasedAtOnce({ at: [10, 2000 * ms], tokens: [1, 99], read: [0, 1] }, 0)).toBe(true);
  });

  it('is not a stream, fast or after a long wait', () => {
    expect(releasedAtOnce(stream(100, 200 * ms, 20 * ms), 0)).toBe(false);
    expect(releasedAtOnce(stream(16, 60_000 * ms, 2 * ms), 0)).toBe(false);
    expect(releasedAtOnce(stream(100, 1 * ms, 0.05 * ms), 0)).toBe(false);
    expect(
      releasedAtOnce(
        stream(100, 200 * ms, 20 * ms, (i) => Math.floor(i / 50)),
        0,
      ),
    ).toBe(false);
  });

  it('cannot be told of a short answer', () => {
    expect(
      releasedAtOnce(
        stream(7, 2000 * ms, 0, () => 4),
        0,
      ),
    ).toBe(false);
    expect(releasedAtOnce(stream(0, 0, 0), 0)).toBe(false);
  });
});
