import { setTimeout as sleep } from 'node:timers/promises';
import { readRun } from 'metron';
import { describe, expect, it } from 'vitest';
import { metron, onlyRun, scratch } from '../e2e/command-line.ts';
import { endsWithoutRecorder, firstRecords, goesOnWithoutWorker, hangs, hoards } from '../e2e/grief.ts';
import { mildEngine } from '../e2e/mild-engine.ts';

const url = mildEngine();

const target = (): string[] => ['--url', url(), '--model', 'sim', '--prompt', '40', '--selftest', 'off'];

// What takes its time: nobody is given up before 10 or 20 s of silence.
describe('a receiving worker', () => {
  it.each([
    // On a machine that is busy, filling the memory takes so long that nothing else is heard of it.
    ['allocates without end', hoards, /it (ran out of memory|answered nothing for 10 s)/],
    ['hangs', hangs, /it answered nothing for 10 s/],
  ])('that %s is given up, and the run goes on', async (_, what, why) => {
    await goesOnWithoutWorker(target(), what, why);
  });

  it('is not taken for lost where the whole machine stood still', async () => {
    const runs = scratch('stood-still');
    const load = ['--output', '12', '--arrivals', 'constant', '--rate', '10', '--duration', '18s', '--runs', runs];
    const running = metron(['run', ...target(), ...load]);
    await firstRecords(runs);
    running.child.kill('SIGSTOP');
    await sleep(13_000);
    running.child.kill('SIGCONT');
    const { err } = await running.ended;
    expect(err).not.toContain('the thread that writes records');
    const { records } = await readRun(onlyRun(runs));
    expect(records.map(({ outcome }) => outcome.status)).toEqual(Array(180).fill('completed'));
  });
});

describe('a recorder', () => {
  it('that hangs ends the run with a clear error, and score works on what is there', async () => {
    await endsWithoutRecorder(target(), hangs, 'answered nothing for 20 s');
  });
});
