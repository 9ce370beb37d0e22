import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Nanoseconds } from '../../core/units.ts';
import { UserStamper } from './read-stamper.ts';

/** A stamper under a clock that goes on by one with each look, and what its reads were stamped with. */
function stamped() {
  let time = 0;
  const stamper = new UserStamper({ now: () => ++time as Nanoseconds });
  const stamps: [at: number, userAt: number][] = [];
  const { onRead } = stamper.reading(() => stamps.push([stamper.at, stamper.userAt]));
  return { stamps, read: () => onRead(1, Buffer.of(1)) };
}

describe('stamps by user space', () => {
  it('are those of the first read of a turn, with the time of each read beside it', async () => {
    const { stamps, read } = stamped();
    for (let i = 0; i < 3; i++) read();
    await nextTurn();
    read();
    read();
    expect(stamps).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [4, 4],
      [4, 5],
    ]);
  });

  it('are taken again after as many reads as the system tells of at once', () => {
    const { stamps, read } = stamped();
    for (let i = 0; i < 1026; i++) read();
    expect(stamps[1023]).toEqual([1, 1024]);
    expect(stamps[1024]).toEqual([1025, 1025]);
    expect(stamps[1025]).toEqual([1025, 1026]);
  });
});
