import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Prepares V8 for threads started after this call: they may collect garbage when it suits them, and each scavenges by
 * itself. Helper threads would shorten the pauses of large heaps; with the small heaps here a pause
 * is then as long as it takes a helper to get a core, up to 6 ms where 0.7 ms is the work. Nor does a scavenge wait for
 * a helper that is freeing the buffers of the one before.
 * V8's flags are the process's: a thread that set and unset one of them by itself would race with all others.
 */
export function tameCollector(): void {
  setFlagsFromString('--expose-gc');
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
  // Little happens: eight seconds after a start the heap would be made smaller, and hold everything up for 10 ms.
  setFlagsFromString('--no-memory-reducer');
}

/** Collects what starting up left behind, so that no pause of it falls into the measurement. */
export function collectGarbage(): void {
  const collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  collect?.();
}

/** Collects what has just been made, a matter of a millisecond; absent where no thread of this process may. */
export function youngCollector(): (() => void) | undefined {
  const collect = runInNewContext('globalThis.gc') as ((options: { readonly type: 'minor' }) => void) | undefined;
  return collect && (() => collect({ type: 'minor' }));
}
