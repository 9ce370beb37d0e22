import { describe, expect, it } from 'vitest';
import { monotonicClock } from '../core/clock.ts';
import { milliseconds, nanoseconds, seconds } from '../core/units.ts';
import { ClosedLoop, type ClosedLoopOptions, rampStarts } from './closed-loop.ts';

function harness(
  users: number,
  work: number,
  answerMs: number,
  think = milliseconds(0),
  until = seconds(60),
  timing: ClosedLoopOptions['timing'] = 'own',
) {
  const clock = monotonicClock(process.hrtime.bigint());
  const sent: { request: number; user: number; due: number; at: number }[] = [];
  let open = 0;
  let mostOpen = 0;
  let next = 0;
  let done = (): void => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const loop = new ClosedLoop({
    clock,
    take: () => (next < work ? next++ : undefined),
    fire(request, due, user) {
      sent.push({ request, user, due, at: clock.now() });
      mostOpen = Math.max(mostOpen, ++open);
      setTimeout(() => {
        open--;
        loop.ended(request);
      }, answerMs);
    },
    onDone: () => done(),
    users: rampStarts(users, 2, milliseconds(10)).map((startAt, user) => ({ user, startAt })),
    think,
    until,
    timing,
  });
  return { loop, finished, sent, mostOpen: () => mostOpen };
}

describe('closed loop', () => {
  it('keeps exactly N in flight and does all the work once', async () => {
    const { loop, finished, sent, mostOpen } = harness(4, 40, 3);
    loop.start();
    await finished;
    expect(sent.map(({ request }) => request).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(mostOpen()).toBe(4);
    for (const { at, due } of sent) expect(at).toBeGreaterThanOrEqual(due);
  });

  it('thinks between an answer and the next request of the same user', async () => {
    const { loop, finished, sent } = harness(1, 3, 1, milliseconds(15));
    loop.start();
    await finished;
    for (let i = 1; i < sent.length; i++) {
      expect((sent[i]?.due ?? 0) - (sent[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(milliseconds(15));
    }
  });

  it('goes on when it is asked, to the end of each pause and no sooner', async () => {
    const { loop, finished, sent, mostOpen } = harness(3, 30, 2, milliseconds(5), seconds(60), 'asked');
    let isOver = false;
    void finished.then(() => {
      isOver = true;
    });
    const waits: number[] = [];
    loop.start();
    expect(sent).toEqual([]);
    while (!isOver) {
      waits.push(loop.pace());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toHaveLength(30);
    expect(mostOpen()).toBeLessThanOrEqual(3);
    for (const { at, due } of sent) expect(at).toBeGreaterThanOrEqual(due);
    expect(waits.every((wait) => wait > 0)).toBe(true);
    expect(waits.some((wait) => wait <= milliseconds(10))).toBe(true);
    expect(loop.pace()).toBe(Number.POSITIVE_INFINITY);
  });

  it('starts nothing at or after the end', async () => {
    const { loop, finished, sent } = harness(2, 1_000_000, 1, milliseconds(0), milliseconds(40));
    loop.start();
    await finished;
    expect(sent.length).toBeGreaterThan(2);
    for (const { due } of sent) expect(due).toBeLessThan(milliseconds(40));
  });

  it('ends at once when stopped', async () => {
    const { loop, finished } = harness(3, 1_000_000, 1, milliseconds(5));
    loop.start();
    await new Promise((resolve) => setTimeout(resolve, 15));
    loop.stop();
    await finished;
  });

  it('with no users it is over before it starts', async () => {
    const { loop, finished } = harness(0, 5, 1);
    loop.start();
    await finished;
  });
});

describe('ramp', () => {
  it('starts users in equal steps, all within the ramp', () => {
    expect(rampStarts(8, 4, nanoseconds(400))).toEqual([0, 0, 100, 100, 200, 200, 300, 300]);
    expect(rampStarts(3, 8, nanoseconds(300))).toEqual([0, 100, 200]);
    expect(rampStarts(5, 1, nanoseconds(300))).toEqual([0, 0, 0, 0, 0]);
  });
});
