import { mean, median } from './prefill-levels.ts';
import { mannKendall, pettitt } from './trend-tests.ts';

/** What one signal, as medians of successive batches, says about steady state. Changes are shares of the level. */
export type SeriesVerdict =
  | { readonly kind: 'steady'; readonly from: number }
  | { readonly kind: 'level shift'; readonly at: number; readonly change: number }
  | { readonly kind: 'drifting' | 'still settling'; readonly change: number };

const significance = 0.003;
/** The longest warm-up a run may have, as a share of it. */
const longestWarmup = 0.3;
/** Width of the band around the level of the back half, in spreads of it, and at least a tolerance. */
const bandSpreads = 3;
/** A slope at the end below this share of the slope at the beginning: the series is bending towards a level. */
const bending = 0.4;

/** Crops the warm-up, then tests what is left for a change of level and for a trend. */
export function judgeSeries(series: readonly number[], tolerance: number): SeriesVerdict {
  const from = warmupEnd(series, tolerance);
  const unsteady = changeIn(series.slice(from), tolerance);
  if (!unsteady) return { kind: 'steady', from };
  // What does not settle has no warm-up: cutting the beginning off would only hide how it changes.
  return changeIn(series, tolerance) ?? unsteady;
}

function changeIn(
  series: readonly number[],
  tolerance: number,
): Exclude<SeriesVerdict, { kind: 'steady' }> | undefined {
  const level = median(series);
  const trend = mannKendall(series);
  const drift = (trend.slope * (series.length - 1)) / level;
  const shift = pettitt(series);
  const drifts = trend.p < significance && Math.abs(drift) > tolerance;
  const shifts =
    shift.p < significance && Math.abs(shift.change / level) > tolerance && endsAreApart(series, shift.at, tolerance);
  if (!drifts && !shifts) return undefined;
  if (shifts && stepFitsBetter(series, shift.at)) {
    return { kind: 'level shift', at: shift.at, change: shift.change / median(series.slice(0, shift.at)) };
  }
  return { kind: bends(series) ? 'still settling' : 'drifting', change: drift };
}

/** A change at the very edge is a batch or two out of line, not a level. */
const endsAreApart = (series: readonly number[], at: number, tolerance: number): boolean =>
  at >= 4 &&
  series.length - at >= 4 &&
  Math.abs(median(series.slice(0, at)) / median(series.slice(at)) - 1) > tolerance;

/**
 * Where the series enters the band around the level of its back half (a running median of three, so
 * that one batch decides nothing), moved on to where the mean of the rest is most precise (MSER). 0 where it enters too late to be a
 * warm-up: the tests shall see all of it.
 */
function warmupEnd(series: readonly number[], tolerance: number): number {
  const back = series.slice(series.length >> 1);
  const level = median(back);
  const spread = 1.4826 * median(back.map((value) => Math.abs(value - level)));
  const band = Math.max(bandSpreads * spread, tolerance * level);
  const last = Math.floor(series.length * longestWarmup);
  let entered = 0;
  while (entered <= last && Math.abs(median(series.slice(entered, entered + 3)) - level) > band) entered++;
  if (entered === 0 || entered > last) return 0;
  let [best, lowest] = [entered, Number.POSITIVE_INFINITY];
  for (let from = entered; from <= last; from++) {
    const rest = series.slice(from);
    const center = mean(rest);
    const error = rest.reduce((sum, value) => sum + (value - center) ** 2, 0) / rest.length ** 2;
    if (error < lowest) [best, lowest] = [from, error];
  }
  return best;
}

/** Whether two levels explain the series better than a straight line; both have as many parameters. */
function stepFitsBetter(series: readonly number[], at: number): boolean {
  const squares = (values: readonly number[]): number => {
    const center = mean(values);
    return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  };
  const middle = (series.length - 1) / 2;
  const places = series.map((_, i) => i - middle);
  const slope =
    series.reduce((sum, value, i) => sum + value * (places[i] ?? 0), 0) /
    places.reduce((sum, place) => sum + place * place, 0);
  const aroundLine = squares(series.map((value, i) => value - slope * (places[i] ?? 0)));
  const aroundSteps = (from: number): number => squares(series.slice(0, from)) + squares(series.slice(from));
  const near = [-2, -1, 0, 1, 2].map((step) => at + step).filter((from) => from > 0 && from < series.length);
  return Math.min(...near.map(aroundSteps)) < aroundLine;
}

function bends(series: readonly number[]): boolean {
  const half = series.length >> 1;
  const [early, late] = [mannKendall(series.slice(0, half)).slope, mannKendall(series.slice(half)).slope];
  return early * late >= 0 && Math.abs(late) < bending * Math.abs(early);
}
