/**
 * Keeps time for the receiving loops: a thread that does nothing but sleep until just before each
 * send and nudge the loop that has to make it. A loop's own timers are off by up to two
 * milliseconds, and a loop that spins instead loses its place on a busy machine.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { microseconds, milliseconds } from '../core/units.ts';
import { napper } from '../system/nap.ts';
import { nameThread, wakePromptly } from '../system/thread-priority.ts';
import type { MetronomeSetup } from './messages.ts';
import { RunClock } from './run-clock.ts';
import type { ToSleeper } from './sleeping-thread.ts';

/** A nudge takes tens of microseconds to be heard. */
const lead = microseconds(60);
/** Whoever wants this thread to end waits no longer. */
const longestNap = milliseconds(50);

const { scheduledAt, receivers, stopped } = workerData as MetronomeSetup;
const clock = new RunClock();
const nap = napper();

/** One nudge serves all sends of a receiver that are due before it is heard. */
function nudge(nudgedUntil: Float64Array, request: number, due: number): void {
  const index = request % receivers.length;
  if (due <= (nudgedUntil[index] ?? 0)) return;
  nudgedUntil[index] = due;
  receivers[index]?.postMessage(null);
}

function keepTime(sleep: (length: number) => void): void {
  const nudgedUntil = new Float64Array(receivers.length).fill(-1);
  for (let request = 0; request < scheduledAt.length; request++) {
    const due = scheduledAt[request] ?? 0;
    for (let left = due - lead - clock.now(); left > 0; left = due - lead - clock.now()) {
      if (Atomics.load(stopped, 0) === 1) return;
      sleep(Math.min(left, longestNap));
    }
    nudge(nudgedUntil, request, due);
  }
}

// All is loaded.
parentPort?.postMessage('stands');
parentPort?.on('message', ({ origin }: ToSleeper) => {
  clock.start(origin);
  nameThread('metron-time');
  wakePromptly();
  if (nap) keepTime(nap);
  for (const receiver of receivers as readonly MessagePort[]) receiver.close();
  parentPort?.close();
});
