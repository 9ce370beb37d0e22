import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Lets threads started after this call `collectGarbage`. V8's flags are the process's: a thread that
 * set and unset one of them by itself would race with all others.
 */
export function allowCollecting(): void {
  setFlagsFromString('--expose-gc');
}

/** Collects what starting up left behind, so that no pause of it falls into the measurement. */
export function collectGarbage(): void {
  const collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  collect?.();
}
