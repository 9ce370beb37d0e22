import { z } from 'zod';
import { type Nanoseconds, nanoseconds } from '../../core/units.ts';

/** Mean arrivals per second; below 10 million, so that a gap is never shorter than the clock can tell. */
export const rate = z.number().positive().max(1e7).describe('requests per second, on average');

/**
 * Turns exact gaps in seconds into integer nanoseconds. Arrival times are rounded, not gaps, so
 * that no error adds up however long the run is.
 */
export function* toNanoseconds(gaps: Iterable<number>): Generator<Nanoseconds> {
  let exact = 0;
  let rounded = 0;
  for (const gap of gaps) {
    exact += gap * 1e9;
    const next = Math.round(exact);
    yield nanoseconds(next - rounded);
    rounded = next;
  }
}
