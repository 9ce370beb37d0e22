import { performance } from 'node:perf_hooks';
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
  // A busy machine may come late to the timer, and then does not wait for it.
  const { idleTime } = performance.nodeTiming;
  while (performance.nodeTiming.idleTime === idleTime) await wait(5);
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

const lives = fc.array(fc.constantFrom('read', 'read', 'read', 'turn', 'wait'), { maxLength: 40 });
const limits = fc.integer({ min: 1, max: 5 });

/** What happens in a loop, one after the other. */
async function live(life: readonly string[], read: () => unknown): Promise<void> {
  for (const what of life) {
    if (what === 'turn') await nextTurn();
    else if (what === 'wait') await wait(1);
    else read();
  }
}

function expectInOrder(reads: readonly (readonly [readAt: number, arrival: number])[]): void {
  for (const [i, [readAt, arrival]] of reads.entries()) {
    expect(arrival).toBeLessThanOrEqual(readAt);
    expect(arrival).toBeGreaterThanOrEqual(reads[i - 1]?.[1] ?? 0);
  }
}

it('later reads never came before earlier ones, nor after they were read', async () => {
  await fc.assert(
    fc.asyncProperty(lives, limits, async (life, mostReads) => {
      const { read } = watched(mostReads);
      const reads: [number, number][] = [];
      await live(life, () => reads.push(read()));
      expectInOrder(reads);
    }),
    { numRuns: 50 },
  );
});

it('nor do they when they are dated by their order', async () => {
  await fc.assert(
    fc.asyncProperty(lives, limits, async (life, mostReads) => {
      const reader = new TapeReader();
      const tape = new TapeWriter((segment) => reader.addSegment(segment), 1 << 14);
      // Its polls are long enough to be dated by order.
      const { span, read } = watched(mostReads, microseconds(60), new ArrivalOrder(tape));
      let count = 0;
      await live(life, () => {
        const [at, arrival] = read();
        tape.write(tapeKinds.body, count++, arrival, at);
      });
      await nextTurn();
      expect(span.number).toBeLessThanOrEqual(count);
      const requests: number[] = [];
      const reads: [number, number][] = [];
      reader.drain(({ request, at, userAt }) => {
        requests.push(request);
        reads.push([userAt, at]);
      });
      expect(requests).toEqual(Array.from({ length: count }, (_, i) => i));
      expectInOrder(reads);
    }),
    { numRuns: 50 },
  );
});
