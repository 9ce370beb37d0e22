import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TapeReader, TapeWriter, tapeKinds } from '../../core/tape.ts';
import { microseconds } from '../../core/units.ts';
import { ArrivalOrder } from './arrival-order.ts';

function onTape() {
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), 1 << 16);
  const times = (): number[] => {
    const seen: number[] = [];
    reader.drain(({ at }) => seen.push(at));
    return seen;
  };
  return { order: new ArrivalOrder(tape), tape, times };
}

const since = microseconds(1000);
const until = microseconds(1400);
const middle = microseconds(1200);

it('what a poll brought came over its span in the order of the reads; all else keeps its time', () => {
  const { order, tape, times } = onTape();
  order.begin(since, until, middle);
  for (const [request, readAfter] of [
    [1, 0],
    [2, 10],
    [3, 20],
    [4, 40],
  ] as const)
    tape.write(tapeKinds.body, request, middle, until + microseconds(readAfter));
  tape.write(tapeKinds.end, 4, middle, middle);
  tape.write(tapeKinds.sent, 5, until + microseconds(41), until + microseconds(41));
  expect(times()).toEqual([]);
  order.end(until + microseconds(40));
  expect(times()).toEqual([1000, 1100, 1200, 1400, 1400, 1441].map(microseconds));
});

it('an end without bytes follows from the read before it, or from the beginning', () => {
  const { order, tape, times } = onTape();
  for (const from of [since, until]) {
    const [end, between] = [from + microseconds(400), from + microseconds(200)];
    order.begin(from, end, between);
    tape.write(tapeKinds.end, 1, between, between);
    tape.write(tapeKinds.body, 2, between, end);
    tape.write(tapeKinds.body, 3, between, end + microseconds(10));
    tape.write(tapeKinds.end, 4, between, between);
    order.end(end + microseconds(20));
    expect(times()).toEqual([0, 0, 200, 200].map((later) => from + microseconds(later)));
  }
});

it('a single read stays in the middle, and so does what came over a short time, which nobody waits for', () => {
  const { order, tape, times } = onTape();
  order.begin(since, until, middle);
  tape.write(tapeKinds.body, 1, middle, until);
  order.end(until);
  expect(times()).toEqual([middle]);

  const soon = since + microseconds(20);
  order.begin(since, soon, since + microseconds(10));
  tape.write(tapeKinds.body, 1, since + microseconds(10), soon);
  tape.write(tapeKinds.body, 2, since + microseconds(10), soon + microseconds(5));
  expect(times()).toEqual([10, 10].map((later) => since + microseconds(later)));
  order.end(soon + microseconds(5));
});

it('later reads never came before earlier ones, nor before the span or after it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 2, maxLength: 50 }),
      fc.integer({ min: 50_000, max: 5_000_000 }),
      (pauses, length) => {
        const { order, tape, times } = onTape();
        const [end, between] = [since + length, since + Math.round(length / 2)];
        order.begin(since, end, between);
        let readAt = end;
        for (const pause of pauses) {
          tape.write(tapeKinds.body, 1, between, readAt);
          readAt += pause;
        }
        tape.write(tapeKinds.body, 1, between, readAt);
        order.end(readAt);
        const found = times();
        expect(found).toHaveLength(pauses.length + 1);
        expect(found).toEqual([...found].sort((a, b) => a - b));
        expect(Math.min(...found)).toBeGreaterThanOrEqual(since);
        expect(Math.max(...found)).toBeLessThanOrEqual(end);
      },
    ),
  );
});
