import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beat, type Heartbeat, newHeartbeat } from './heartbeat.ts';
import { SilenceWatch } from './silence-watch.ts';

const patience = 10;

/** A watch of one thread, and how often it was told of. */
function watching(heartbeat: Heartbeat) {
  let told = 0;
  let now = 0;
  const watch = new SilenceWatch([{ heartbeat, patience, onSilent: () => told++ }], now);
  return {
    turn: (milliseconds = 1000) => {
      now += milliseconds;
      watch.turn(now);
    },
    told: () => told,
  };
}

describe('the watch over threads', () => {
  it('tells once of a thread that has been silent for its patience', () => {
    const heartbeat = newHeartbeat();
    beat(heartbeat);
    const { turn, told } = watching(heartbeat);
    // The first turn sees the beat.
    for (let i = 0; i < patience; i++) turn();
    expect(told()).toBe(0);
    for (let i = 0; i < 100; i++) turn();
    expect(told()).toBe(1);
  });

  it('waits longer for one that has not begun', () => {
    const heartbeat = newHeartbeat();
    const { turn, told } = watching(heartbeat);
    for (let i = 0; i < 59; i++) turn();
    expect(told()).toBe(0);
    turn();
    expect(told()).toBe(1);
  });

  it('never tells of a thread that stood still only while the watch did, however often', () => {
    const stops = fc.array(fc.record({ stopped: fc.integer({ min: 2001, max: 1e8 }), running: fc.nat(patience - 2) }));
    fc.assert(
      fc.property(stops, (times) => {
        const heartbeat = newHeartbeat();
        beat(heartbeat);
        const { turn, told } = watching(heartbeat);
        for (const { stopped, running } of times) {
          turn(stopped);
          for (let i = 0; i < running; i++) turn();
          beat(heartbeat);
        }
        expect(told()).toBe(0);
      }),
    );
  });

  it('is not deceived by a number that has gone all the way round', () => {
    const heartbeat = newHeartbeat();
    heartbeat[0] = 2 ** 31 - 1;
    const { turn, told } = watching(heartbeat);
    for (let i = 0; i < 3 * patience; i++) {
      beat(heartbeat);
      turn();
    }
    expect(told()).toBe(0);
  });
});
