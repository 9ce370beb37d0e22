import { normalQuantile, twoSided } from './normal.ts';
import { mean, median } from './prefill-levels.ts';

/** A monotone trend in an evenly spaced series. */
export interface Trend {
  /** Two-sided p-value of Mann and Kendall's test, its variance corrected for autocorrelation (Hamed and Rao 1998). */
  readonly p: number;
  /** Sen's slope: median change from one value to the next. */
  readonly slope: number;
  /** Variance of the statistic ÷ what it would be for independent values; ≥ 1. */
  readonly inflation: number;
}

export function mannKendall(series: readonly number[]): Trend {
  const n = series.length;
  const slopes: number[] = [];
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const change = (series[j] ?? 0) - (series[i] ?? 0);
      score += Math.sign(change);
      slopes.push(change / (j - i));
    }
  }
  const slope = slopes.length === 0 ? 0 : median(slopes);
  const inflation = varianceInflation(series.map((value, i) => value - slope * i));
  const deviation = Math.sqrt(((n * (n - 1) * (2 * n + 5)) / 18) * inflation);
  // The statistic moves in steps of 2: one is taken off towards 0.
  return { p: deviation === 0 ? 1 : twoSided((Math.abs(score) - 1) / deviation), slope, inflation };
}

/** Hamed and Rao's n/n*, from the autocorrelation of the ranks at the lags where it is significant. */
export function varianceInflation(series: readonly number[]): number {
  const n = series.length;
  const ranked = ranks(series);
  const significant = normalQuantile(0.975) / Math.sqrt(n);
  let sum = 0;
  for (let lag = 1; lag <= Math.floor(n / 3); lag++) {
    const correlation = autocorrelation(ranked, lag);
    // Far lags of a short series are noise, and a gap in the significant ones ends their influence.
    if (correlation <= significant) break;
    sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  return Math.max(1, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

function autocorrelation(values: readonly number[], lag: number): number {
  const center = mean(values);
  let [covariance, variance] = [0, 0];
  for (const [i, value] of values.entries()) {
    variance += (value - center) ** 2;
    if (i + lag < values.length) covariance += (value - center) * ((values[i + lag] ?? 0) - center);
  }
  return variance === 0 ? 0 : covariance / variance;
}

/** From 1; equal values share their mean rank. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1] ?? 0] === values[order[first] ?? 0]) last++;
    for (let k = first; k <= last; k++) result[order[k] ?? 0] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}

/** The most likely place of one change of level. */
export interface LevelShift {
  /** p-value of Pettitt's test. */
  readonly p: number;
  /** The first value of the new level. */
  readonly at: number;
  /** Median after − median before. */
  readonly change: number;
}

/** Pettitt (1979); the evidence is divided by the autocorrelation that is left when the two levels are taken out. */
export function pettitt(series: readonly number[]): LevelShift {
  const n = series.length;
  const ranked = ranks(series);
  let [sum, largest, at] = [0, 0, Math.min(1, n)];
  for (let t = 1; t < n; t++) {
    sum += ranked[t - 1] ?? 0;
    const statistic = Math.abs(2 * sum - t * (n + 1));
    if (statistic > largest) [largest, at] = [statistic, t];
  }
  const [before, after] = [median(series.slice(0, at)), median(series.slice(at))];
  const inflation = varianceInflation(series.map((value, i) => value - (i < at ? before : after)));
  return {
    p: Math.min(1, 2 * Math.exp((-6 * largest * largest) / (inflation * (n ** 3 + n ** 2)))),
    at,
    change: after - before,
  };
}
