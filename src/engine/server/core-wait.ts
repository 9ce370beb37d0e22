import { readFileSync } from 'node:fs';

/**
 * Seconds for which this thread could have run and others had its core, since it began; undefined where
 * the system does not say (Linux does). What is late for this reason is no fault of the engine.
 */
export function coreWaitSeconds(): number | undefined {
  try {
    const waited = Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]);
    return Number.isFinite(waited) ? waited / 1e9 : undefined;
  } catch {
    return undefined;
  }
}
