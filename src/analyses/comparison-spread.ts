import { orderStatistic } from '../metrics/order-statistic.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile, studentTwoSided } from './student.ts';

/** How sure a change is; the interval and its p-value are absent where nothing can be told. */
export interface Spread {
  readonly low?: number;
  readonly high?: number;
  readonly p?: number;
  readonly detectable?: number;
  readonly direction: 'no clear difference' | 'cannot tell';
}

/** Of the draws that gave a change at all, this share must have: an interval of the rest would flatter. */
const enoughDraws = 0.99;

interface Spreading {
  readonly confidence: number;
  readonly resamples: number;
  /** Independent rounds or blocks. */
  readonly units: number;
  /** Differences rather than shares of the baseline. */
  readonly absolute: boolean;
}

/**
 * The bootstrap's spread, widened for how few units it had: draws of k units vary (k − 1)/k as much as they should,
 * and Student's t takes the place of the normal. Shares of the baseline are widened as ratios.
 */
export function spreadOf(
  change: number | undefined,
  draws: readonly number[],
  { confidence, resamples, units, absolute }: Spreading,
): Spread {
  if (change === undefined || draws.length < enoughDraws * resamples || units < 2) return { direction: 'cannot tell' };
  const scale = absolute || [change, ...draws].some((value) => value <= -1) ? asTheyAre : asRatios;
  const [centre, values] = [scale.to(change), Float64Array.from(draws, scale.to).sort()];
  const tail = (1 - confidence) / 2;
  const few = Math.sqrt(units / (units - 1));
  const deviation = few * deviationOf(values);
  const bound = studentQuantile(2 * tail, units - 1);
  const widening = (few * bound) / normalQuantile(1 - tail);
  const widened = (p: number): number =>
    scale.from(centre + widening * ((orderStatistic(values, p) ?? centre) - centre));
  const byStudent = deviation === 0 ? (centre === 0 ? 1 : 0) : studentTwoSided(centre / deviation, units - 1);
  return {
    low: widened(tail),
    high: widened(1 - tail),
    // The larger of two p-values: draws are few in the far tail, and Student's t is wrong for skewed ones.
    p: Math.max(shareAcross(values), byStudent),
    detectable: scale.from((bound + studentQuantile(2 * (1 - power), units - 1)) * deviation),
    direction: 'no clear difference',
  };
}

const asTheyAre = { to: (change: number): number => change, from: (value: number): number => value };
/** Twice as much lies as far from no change as half as much. */
const asRatios = { to: Math.log1p, from: Math.expm1 };

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Two-sided share of draws on the other side of no change. */
function shareAcross(draws: Float64Array): number {
  const atMost = draws.filter((value) => value <= 0).length;
  const atLeast = draws.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (draws.length + 1));
}

/** Of a change just as large as `detectable`: four of five comparisons find it. */
const power = 0.8;
