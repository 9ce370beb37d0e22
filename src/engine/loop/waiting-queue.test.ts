import { describe, expect, it } from 'vitest';
import { createSequence } from './sequence.ts';
import { WaitingQueue } from './waiting-queue.ts';

const sequence = (id: number, priority = 0) =>
  createSequence({ id, promptTokens: 1, outputTokens: 1, priority }, id, []);

function drain(queue: WaitingQueue): number[] {
  const ids: number[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) ids.push(next.id);
  return ids;
}

describe('waiting queue', () => {
  it('serves in order of arrival, those put back first', () => {
    const queue = new WaitingQueue('fcfs');
    for (let id = 0; id < 3000; id++) queue.push(sequence(id));
    const taken = Array.from({ length: 2000 }, () => queue.take()!);
    queue.putBack(taken[1999]!);
    queue.putBack(taken[1998]!);
    queue.remove(sequence(-1));
    expect(queue.size).toBe(1002);
    expect(drain(queue)).toEqual(Array.from({ length: 1002 }, (_, i) => 1998 + i));
  });

  it('serves by priority, then arrival', () => {
    const queue = new WaitingQueue('priority');
    const back = sequence(1, 5);
    for (const one of [sequence(4, 5), sequence(2, 5), sequence(3, 1)]) queue.push(one);
    queue.putBack(back);
    expect(drain(queue)).toEqual([3, 1, 2, 4]);
  });

  it('lets a waiting sequence go', () => {
    const queue = new WaitingQueue('fcfs');
    const leaving = sequence(1);
    for (const one of [sequence(0), leaving, sequence(2)]) queue.push(one);
    queue.remove(leaving);
    expect(drain(queue)).toEqual([0, 2]);
  });
});
