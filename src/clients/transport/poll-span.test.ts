import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TapeReader, TapeWriter, tapeKinds } from '../../core/tape.ts';
import { microseconds, type Nanoseconds } from '../../core/units.ts';
import { ArrivalOrder } from './arrival-order.ts';
import { PollSpan } from './poll-span.ts';

const tick = 10;

/** The polls of this thread's loop under a clock that goes on by a step with each look. */
function watched(mostReads = 1024, step = tick, order?: ArrivalOrder) {
  let now = 0;
  const look = (): Nanoseconds => {
    now += step;
    return now as Nanoseconds;
  };
  const span = new PollSpan({ now: look }, mostReads, order);
  const read = (earliest = 0): [at: number, arrival: number] => {
    const at = look();
    span.add(at);
    return [at, span.arrival(earliest)];
  };
  return { span, read };
}

it('what the loop had waited for came when it was read first, whatever that poll brought', async () => {
  const { read } = watched();
  expect([read(), read(), read()]).toEqual([
    [10, 10],
    [20, 10],
    [30, 10],
  ]);
  await wait(5);
  const [at, arrival] = read();
  expect(arrival).toBe(at);
  expect(read()).toEqual([at + tick, at]);
});

it('what was there without waiting came in the middle between two polls', async () => {
  const { read } = watched();
  for (let i = 0; i < 9; i++) read();
  await nextTurn();
  expect([read(), read()]).toEqual([
    [100, 55],
    [110, 55],
  ]);
  await nextTurn();
  expect(read()).toEqual([120, 110]);
});

it('a turn without reads has polled too', async () => {
  const { read } = watched();
  read();
  // The end of the second turn is looked at by the clock.
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  expect(read()).toEqual([30, 25]);
});

it('nothing came before it was asked for', async () => {
  const { read } = watched();
  for (let i = 0; i < 9; i++) read();
  await nextTurn();
  expect(read()).toEqual([100, 55]);
  expect(read(80)).toEqual([110, 90]);
  expect(read(115)).toEqual([120, 115]);
});

it('after as many reads as a poll brings at most, another poll follows in the same turn', async () => {
  const { span, read } = watched(4);
  for (let i = 0; i < 4; i++) read();
  const { number } = span;
  expect(read()).toEqual([50, 30]);
  expect(span.number).toBe(number + 1);
  for (let i = 0; i < 2; i++) read();
  await nextTurn();
  expect(read()).toEqual([80, 65]);
});

it('later reads never came before earlier ones, nor after they were read', async () => {
  const deed = fc.constantFrom('read', 'read', 'turn', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (deeds, mostReads) => {
      const { read } = watched(mostReads);
      let last = 0;
      for (const what of deeds) {
        if (what === 'turn') await nextTurn();
        else if (what === 'wait') await wait(1);
        else {
          const [at, arrival] = read();
          expect(arrival).toBeGreaterThanOrEqual(last);
          expect(arrival).toBeLessThanOrEqual(at);
          last = arrival;
        }
      }
    }),
    { numRuns: 50 },
  );
});

it('dated by the order of reads too, later ones never came before earlier ones, nor after they were read', async () => {
  const deed = fc.constantFrom('read', 'read', 'read', 'turn', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (deeds, mostReads) => {
      const reader = new TapeReader();
      const tape = new TapeWriter((segment) => reader.addSegment(segment), 1 << 14);
      // Its polls are long enough to be dated by order.
      const { span, read } = watched(mostReads, microseconds(60), new ArrivalOrder(tape));
      let reads = 0;
      for (const what of deeds) {
        if (what === 'turn') await nextTurn();
        else if (what === 'wait') await wait(1);
        else {
          const [at, arrival] = read();
          tape.write(tapeKinds.body, reads++, arrival, at);
        }
      }
      await nextTurn();
      expect(span.number).toBeLessThanOrEqual(reads);
      const found: { request: number; at: number; userAt: number }[] = [];
      reader.drain(({ request, at, userAt }) => found.push({ request, at, userAt }));
      expect(found.map(({ request }) => request)).toEqual(Array.from({ length: reads }, (_, i) => i));
      for (const [i, { at, userAt }] of found.entries()) {
        expect(at).toBeLessThanOrEqual(userAt);
        expect(at).toBeGreaterThanOrEqual(found[i - 1]?.at ?? 0);
      }
    }),
    { numRuns: 50 },
  );
});
