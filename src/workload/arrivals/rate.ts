import { z } from 'zod';
import { type Nanoseconds, nanoseconds, nanosecondsPerSecond } from '../../core/units.ts';

/** Mean arrivals per second; below 10 million, so that a gap is never shorter than the clock can tell. */
export const rate = z
  .number()
  .positive()
  .max(1e7)
  .meta({ description: 'requests per second, on average', examples: [4] });

/**
 * Turns exact gaps in seconds into whole nanoseconds. What rounding takes from one gap is given to
 * the next, so that no error adds up however long the run is.
 */
export function* toNanoseconds(gaps: Iterable<number>): Generator<Nanoseconds> {
  let carried = 0;
  for (const gap of gaps) {
    const exact = gap * nanosecondsPerSecond + carried;
    const whole = nanoseconds(exact);
    carried = exact - whole;
    yield whole;
  }
}
