import { type Nanoseconds, nanoseconds } from '../core/units.ts';

/** Order statistics ⌈share·n⌉ of durations. */
export interface Spread {
  readonly p50: Nanoseconds;
  readonly p99: Nanoseconds;
  readonly max: Nanoseconds;
}

/** Of at least one value. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): Nanoseconds => nanoseconds(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
