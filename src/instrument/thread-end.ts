import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

/** A thread that waits for the system (for a disk that is gone, say) cannot be ended; nobody waits for it longer. */
const longestWaitMs = 2000;

export async function endThread(worker: Worker): Promise<void> {
  await Promise.race([worker.terminate(), sleep(longestWaitMs, undefined, { ref: false })]);
}

/** In words, of an error or an exit code; without the error's text, which may hold anything. */
export function whyThreadEnded(cause: unknown): string {
  if (typeof cause === 'number') return `ended with code ${cause}`;
  if (!(cause instanceof Error)) return 'threw something that is no error';
  const outOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory ? 'ran out of memory' : `threw ${cause.name}`;
}
