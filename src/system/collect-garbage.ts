import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has each thread of this process scavenge by itself. Helper threads would shorten the pauses of large heaps; with
 * the small heaps here a pause is then as long as it takes a helper to get a core, up to 6 ms where 0.7 ms is the work.
 * V8's flags are the process's: a thread that set and unset one of them by itself would race with all others.
 */
export function scavengeAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}

/** The same, and threads started after this call may `collectGarbage`. */
export function tameCollector(): void {
  setFlagsFromString('--expose-gc');
  scavengeAlone();
}

/** Collects what starting up left behind, so that no pause of it falls into the measurement. */
export function collectGarbage(): void {
  const collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  collect?.();
}
