import { describe, expect, it } from 'vitest';
import { TapeReader, TapeWriter, tapeFlags, tapeKinds } from '../core/tape.ts';
import { Canary, canaryOf, isCanary } from './canary.ts';

function read(pieces: readonly { at: number; text: string; flags?: number }[]) {
  const reader = new TapeReader();
  const writer = new TapeWriter((segment) => reader.addSegment(segment));
  for (const { at, text, flags } of pieces) {
    const bytes = Buffer.from(text);
    writer.writeBytes(tapeKinds.body, canaryOf(0), at, at, bytes, 0, bytes.length, 0, flags);
  }
  const canary = new Canary();
  reader.drain((entry) => canary.visit(entry));
  return canary.facts();
}

describe('canary', () => {
  it('measures how much later than it was sent an event was stamped', () => {
    expect(
      read([
        { at: 1_100, text: 'data: 1000\n\n' },
        { at: 2_300, text: 'data: 2000\n\n' },
      ]),
    ).toEqual({ events: 2, error: { p50: 100, p99: 300, max: 300 } });
  });

  it('joins an event that came in two reads: the second completes it', () => {
    expect(
      read([
        { at: 1_100, text: 'data: 10' },
        { at: 1_200, text: '00\n\n' },
      ]).error,
    ).toEqual({ p50: 200, p99: 200, max: 200 });
  });

  it('leaves out stamps that are only bounds', () => {
    expect(read([{ at: 9_000, text: 'data: 1000\n\ndata: 2000\n\n', flags: tapeFlags.bounded }])).toEqual({
      events: 0,
    });
  });

  it('has ids of its own', () => {
    expect(isCanary(canaryOf(3))).toBe(true);
    expect(isCanary(12_345_678)).toBe(false);
  });
});
