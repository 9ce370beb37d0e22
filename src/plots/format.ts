/**
 * Numbers in words, the same in the terminal and in the report: three significant digits, ms below
 * 1 s and s above, a true minus sign, never a 0 for what was not measured.
 */

/** Between a number and its unit: thin and unbreakable on a page, an ordinary space in a terminal. */
export type Space = '\u202f' | ' ';

const notMeasured = 'n/a';

const minus = (text: string): string => text.replace('-', '−');

/** Three significant digits, no exponent, thousands set apart. */
export function number(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return notMeasured;
  if (value === 0) return '0';
  // Rounded first: 0.9996 has the digits of 1.00.
  const rounded = Number(value.toPrecision(3));
  if (Math.abs(rounded) >= 1000) return count(Math.round(value));
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(rounded)))));
  return minus(rounded.toFixed(digits));
}

/** Milliseconds below one second, seconds from there on; microseconds below a tenth of a millisecond. */
export function duration(ms: number | undefined, space: Space = '\u202f'): string {
  if (ms === undefined || !Number.isFinite(ms)) return notMeasured;
  if (ms !== 0 && Math.abs(ms) < 0.1) return `${number(ms * 1000)}${space}µs`;
  return Math.abs(ms) < 999.5 ? `${number(ms)}${space}ms` : `${number(ms / 1000)}${space}s`;
}

/** A share of 1 as a percentage with one decimal; never "100%" or "0%" unless it is exactly that. */
export function share(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return notMeasured;
  if (value === 1) return '100%';
  if (value === 0) return '0%';
  const percent = value * 100;
  if (percent > 99.94) return '>99.9%';
  if (percent < 0.05) return '<0.1%';
  return `${percent.toFixed(1)}%`;
}

/** A value in the unit its metric is kept in: 1 stall, 12 stalls, 1.25 tokens. */
export function quantity(value: number | undefined, unit: string, space: Space = '\u202f'): string {
  if (value === undefined) return notMeasured;
  if (unit === 'ms') return duration(value, space);
  if (unit === 'share') return share(value);
  if (unit === '' || unit === '1' || unit === 'ratio') return number(value);
  if (Number.isInteger(value) && !unit.includes('/')) return plural(value, unit.replace(/s$/, ''), unit, space);
  return `${number(value)}${space}${unit}`;
}

/** "75.3 to 82.0%": an open end is "?". */
export function interval(
  low: number | undefined,
  high: number | undefined,
  unit: string,
  space: Space = '\u202f',
): string {
  if (low === undefined && high === undefined) return '';
  const end = (value: number | undefined): string => (value === undefined ? '?' : quantity(value, unit, space));
  const [from, to] = [end(low), end(high)];
  const unitOf = (text: string): string => /[^\d.,−<>]+$/.exec(text)?.[0] ?? '';
  const shared = unitOf(from) !== '' && unitOf(from) === unitOf(to);
  return `${shared ? from.slice(0, -unitOf(from).length) : from} to ${to}`;
}

/** 12,345: counts are never rounded. */
export const count = (value: number): string => minus(value.toLocaleString('en-US'));

export const plural = (n: number, one: string, many = `${one}s`, space: Space = ' '): string =>
  `${count(n)}${space}${n === 1 ? one : many}`;

/** A round number somebody chose, as they wrote it: 50 ms, not 50.0 ms. */
export function chosen(ms: number, space: Space = '\u202f'): string {
  if (Number.isInteger(ms) && Math.abs(ms) < 1000) return `${minus(String(ms))}${space}ms`;
  if (Number.isInteger(ms / 100)) return `${minus(String(ms / 1000))}${space}s`;
  return duration(ms, space);
}

/** A number without a unit that somebody chose, as they wrote it: 0.9, not 0.900. */
export const chosenNumber = (value: number): string => String(Number(value.toPrecision(12)));

/** A share somebody chose: 99%, 99.9%. */
export const chosenShare = (value: number): string => `${chosenNumber(value * 100)}%`;

/** Percentage points between two shares, always positive: "20.2 points". */
export function points(difference: number): string {
  const value = Math.abs(difference) * 100;
  return value < 0.05 ? 'under 0.1 points' : `${value.toFixed(1)} points`;
}

/** Minutes and seconds since the start, 2:05. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const pad = (value: number): string => String(value).padStart(2, '0');
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 60)}:${pad(s % 60)}`;
}

/** Of a length of time, in words: "2 min 47 s". */
export function span(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 1) return duration(ms);
  if (s < 100) return `${s}\u202fs`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 === 0 ? `${minutes}\u202fmin` : `${minutes}\u202fmin ${s % 60}\u202fs`;
  return `${Math.floor(minutes / 60)}\u202fh ${minutes % 60}\u202fmin`;
}
