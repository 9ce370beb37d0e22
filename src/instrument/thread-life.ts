import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type WorkerOptions } from 'node:worker_threads';

const standing = new WeakMap<Worker, Promise<void>>();

/** Starts a thread that sends a message as soon as it stands, all that it needs loaded. */
export function startThread(file: URL, options?: WorkerOptions): Worker {
  const worker = new Worker(file, options);
  const stands = new Promise<void>((resolve) => {
    worker.once('message', () => resolve());
    worker.once('exit', () => resolve());
  });
  standing.set(worker, stands);
  return worker;
}

/** A thread that waits for the system (for a disk that is gone, say) cannot be ended; nobody waits for it longer. */
const longestWaitMs = 2000;

/** Not before it stands: a thread that is ended while it loads native code takes the whole process with it. */
export async function endThread(worker: Worker): Promise<void> {
  const ended = Promise.resolve(standing.get(worker)).then(() => worker.terminate());
  await Promise.race([ended, sleep(longestWaitMs, undefined, { ref: false })]);
}

/** In words, of an error or an exit code; without the error's text, which may hold anything. */
export function whyThreadEnded(cause: unknown): string {
  if (typeof cause === 'number') return `ended with code ${cause}`;
  if (!(cause instanceof Error)) return 'threw something that is no error';
  const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? 'ran out of memory' : `threw ${cause.name}`;
}
