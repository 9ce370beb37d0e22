import { describe, expect, it } from 'vitest';
import { Composer } from './composer.ts';
import { Outbox } from './outbox.ts';

const encoder = new TextEncoder();
const work = (count: number) => ({
  count,
  scheduledAt: Float64Array.from({ length: count }, (_, i) => i * 100),
  body: (request: number) => encoder.encode(`body ${request}`),
});

describe('composer and outbox', () => {
  it('every body leaves once, in order, whatever the size of the batches', () => {
    const composer = new Composer(work(25));
    const left: string[] = [];
    const outbox = new Outbox((request, body) => left.push(`${request}: ${Buffer.from(body).toString()}`));
    const due: number[] = [];
    while (!composer.done) {
      const batch = composer.batch(7, 1 << 20);
      due.push(...batch.due);
      outbox.add(batch, () => true);
      for (const request of batch.requests) outbox.send(request);
    }
    expect(left).toEqual(Array.from({ length: 25 }, (_, i) => `${i}: body ${i}`));
    expect(due).toEqual(Array.from({ length: 25 }, (_, i) => i * 100));
  });

  it('a batch ends at its size', () => {
    const composer = new Composer(work(10));
    expect(composer.batch(100, 12).requests).toHaveLength(2);
    expect(composer.composedUntil).toBe(200);
  });

  it('a request that is due before its body is there leaves as soon as it is', () => {
    const left: number[] = [];
    const outbox = new Outbox((request) => left.push(request));
    outbox.send(3);
    expect(left).toEqual([]);
    const composer = new Composer(work(5));
    outbox.add(composer.batch(5, 1 << 20), () => true);
    expect(left).toEqual([3]);
    outbox.send(4);
    expect(left).toEqual([3, 4]);
  });

  it('takes only what is its own, and lets go of what others took', () => {
    const left: number[] = [];
    const outbox = new Outbox((request) => left.push(request));
    outbox.add(new Composer(work(6)).batch(6, 1 << 20), (request) => request % 2 === 1);
    outbox.forgetBelow(3);
    for (const request of [1, 3, 5]) outbox.send(request);
    expect(left).toEqual([3, 5]);
  });
});
