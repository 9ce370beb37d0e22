/**
 * Sends what the receiving threads are too late for. A receiver that reads tens of thousands of tokens a second is
 * not always running when a request comes due: what it laid out ahead leaves from here then. A thread that sleeps
 * nearly all of its time is woken at once even on a busy machine.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { OverdueSends } from '../clients/transport/overdue-sends.ts';
import { milliseconds } from '../core/units.ts';
import { sendCall } from '../system/direct-send.ts';
import { loadLibc } from '../system/libc.ts';
import { napper } from '../system/nap.ts';
import { nameThread, wakePromptly } from '../system/thread-priority.ts';
import type { CourierSetup } from './messages.ts';
import { RunClock } from './run-clock.ts';
import type { ToSleeper } from './sleeping-thread.ts';

/** Meanwhile another receiver may arm something that is due sooner. */
const longestNap = milliseconds(2);
/** Whoever wants this thread to end waits no longer, milliseconds. */
const longestWait = 50;

const { armed, stopped } = workerData as CourierSetup;
const clock = new RunClock();
const nap = napper();
const libc = loadLibc();

function carry(overdue: readonly OverdueSends[], bell: Int32Array<SharedArrayBuffer>, sleep: (length: number) => void) {
  while (Atomics.load(stopped, 0) === 0) {
    const rung = Atomics.load(bell, 0);
    let left = Number.POSITIVE_INFINITY;
    for (const sends of overdue) left = Math.min(left, sends.step());
    if (left === Number.POSITIVE_INFINITY) Atomics.wait(bell, 0, rung, longestWait);
    else sleep(Math.min(left, longestNap));
  }
}

// All is loaded.
parentPort?.postMessage('stands');
parentPort?.on('message', ({ origin }: ToSleeper) => {
  clock.start(origin);
  nameThread('metron-send');
  wakePromptly();
  const bell = armed[0]?.bell;
  if (nap && libc && bell) {
    const send = sendCall(libc);
    carry(
      armed.map((memory) => new OverdueSends(memory, send, clock)),
      bell,
      nap,
    );
  }
  parentPort?.close();
});
