/**
 * Units live in types: a `Nanoseconds` never meets a `PerSecond` by accident.
 * Times are integer nanoseconds in a `number`, offsets from the run's start on the
 * monotonic clock; a `number` holds them exactly for 104 days.
 */
declare const unit: unique symbol;

export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };
export type Nanoseconds = Quantity<'ns'>;
export type PerSecond = Quantity<'1/s'>;

export const nanosecondsPerMillisecond = 1e6;
export const nanosecondsPerSecond = 1e9;

/**
 * The time of something that has not happened yet. Fields for times begin with it: V8 compiles a field that begins with
 * a small integer for such, and throws all code around it away when a run's time outgrows 31 bits, after 2.1 seconds.
 */
export const notYet = Number.NaN as Nanoseconds;

/** Integer nanoseconds; a fraction is rounded to the nearest one. */
export const nanoseconds = (value: number): Nanoseconds => Math.round(value) as Nanoseconds;
export const microseconds = (value: number): Nanoseconds => nanoseconds(value * 1e3);
export const milliseconds = (value: number): Nanoseconds => nanoseconds(value * nanosecondsPerMillisecond);
export const seconds = (value: number): Nanoseconds => nanoseconds(value * nanosecondsPerSecond);

export const toMilliseconds = (time: Nanoseconds): number => time / nanosecondsPerMillisecond;
export const toSeconds = (time: Nanoseconds): number => time / nanosecondsPerSecond;

export const perSecond = (value: number): PerSecond => value as PerSecond;

/** `later - earlier`, keeping the unit. */
export const elapsed = (earlier: Nanoseconds, later: Nanoseconds): Nanoseconds => (later - earlier) as Nanoseconds;
