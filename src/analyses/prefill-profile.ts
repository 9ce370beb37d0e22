import { randomStream } from '../core/random.ts';
import type { RequestRecord } from '../core/record.ts';
import { orderStatistic } from '../metrics/order-statistic.ts';
import { normalQuantile } from './normal.ts';
import { fitPrefill, type PrefillFit, type PrefillPoint, prefillAt, refitPrefill } from './prefill-fit.ts';
import { isFromCache, mean, type PrefillLevel, prefillLevels, uncached } from './prefill-levels.ts';
import { type PrefillSample, prefillSamples, type UnusableSample } from './prefill-samples.ts';

/** How long a target takes to the first token, by prompt length, one request at a time (paper 4.1, D_p). */
export interface PrefillProfile {
  readonly fit: PrefillFit;
  /** Prompt tokens the curve was measured on; beyond them it says nothing. */
  readonly from_tokens: number;
  readonly to_tokens: number;
  readonly points: readonly ProfiledLength[];
  /** Where the curve lies with this confidence, point by point. */
  readonly band: readonly BandPoint[];
  readonly confidence: number;
  /** Lengths between which the times jump away from the curve: tiles, chunks, another kernel. */
  readonly steps: readonly PrefillStep[];
  readonly outliers: readonly PrefillSample[];
  readonly unusable: readonly UnusableSample[];
  /** Median and largest distance of a length from the curve, shares of 1. */
  readonly medianResidual: number;
  readonly largestResidual: number;
}

export interface ProfiledLength {
  readonly asked: number;
  /** Prompt tokens that had to be computed: all but the cached ones. */
  readonly tokens: number;
  /** Prompt tokens that came from a cache; absent if none did. */
  readonly cached?: number;
  readonly mean_ms: number;
  readonly fit_ms: number;
  /** Measured ÷ fitted − 1. */
  readonly residual: number;
  readonly n: number;
  readonly min_ms: number;
  readonly max_ms: number;
}

export interface BandPoint {
  readonly tokens: number;
  readonly low_ms: number;
  readonly high_ms: number;
}

export interface PrefillStep {
  readonly from_tokens: number;
  readonly to_tokens: number;
  /** Change of the residual between them, share of the time. */
  readonly jump: number;
}

export interface ProfileOptions {
  readonly seed: number | string;
  readonly confidence?: number;
  readonly resamples?: number;
}

/** Fewer lengths cannot hold three coefficients. */
export const fewestLengths = 3;

/** The profile in the records of isolated requests; undefined if fewer than three lengths were computed in full. */
export function prefillProfile(records: Iterable<RequestRecord>, options: ProfileOptions): PrefillProfile | undefined {
  const { seed, confidence = 0.95, resamples = 400 } = options;
  const { usable, unusable } = prefillSamples(records);
  const levels = prefillLevels(usable);
  const computed = levels.filter(({ tokens, cached }) => !isFromCache(tokens, cached));
  if (computed.length < fewestLengths) return undefined;
  const fit = fitPrefill(levels.map(pointOf));
  const points = levels.map((level) => profiled(level, fit));
  const residuals = points.map(({ residual }) => Math.abs(residual)).sort((a, b) => a - b);
  return {
    fit,
    from_tokens: Math.floor(computed[0]?.tokens ?? 0),
    to_tokens: Math.ceil(computed.at(-1)?.tokens ?? 0),
    points,
    band: bandOf(levels, fit, { seed, confidence, resamples }),
    confidence,
    steps: stepsOf(levels, points),
    outliers: levels.flatMap(({ outliers }) => outliers),
    unusable,
    medianResidual: orderStatistic(residuals, 0.5) ?? 0,
    largestResidual: residuals.at(-1) ?? 0,
  };
}

const pointOf = ({ tokens, cached, mean_ms, times_ms }: PrefillLevel): PrefillPoint => ({
  tokens,
  cached,
  time_ms: mean_ms,
  weight: times_ms.length,
});

const fittedAt = (fit: PrefillFit, { tokens, cached }: PrefillLevel): number => prefillAt(fit, tokens, cached);

function profiled(level: PrefillLevel, fit: PrefillFit): ProfiledLength {
  const { asked, cached, mean_ms, times_ms } = level;
  const fit_ms = fittedAt(fit, level);
  return {
    asked,
    tokens: uncached(level),
    ...(cached > 0 && { cached }),
    mean_ms,
    fit_ms,
    residual: mean_ms / fit_ms - 1,
    n: times_ms.length,
    min_ms: Math.min(...times_ms),
    max_ms: Math.max(...times_ms),
  };
}

const bandPoints = 25;

/**
 * Where the mean time of a length lies, also of one that was not measured: the bootstrapped error of
 * the curve (each length moved by a normal draw as wide as its residual and the error of its mean)
 * and, beside it, how far the measured lengths themselves lie from the curve.
 */
function bandOf(
  levels: readonly PrefillLevel[],
  fit: PrefillFit,
  { seed, confidence, resamples }: { seed: number | string; confidence: number; resamples: number },
): BandPoint[] {
  const random = randomStream(seed, 'prefill-band');
  const [from = 1, to = 1] = [levels[0], levels.at(-1)].map((level) => level && Math.max(1, uncached(level)));
  const lengths = Array.from({ length: bandPoints }, (_, i) => from * (to / from) ** (i / (bandPoints - 1)));
  const residuals = levels.map((level) => level.mean_ms / fittedAt(fit, level) - 1);
  const spreads = levels.map(({ standardError }, i) => Math.hypot(residuals[i] ?? 0, standardError));
  const curves = Array.from({ length: resamples }, () =>
    refitPrefill(
      levels.map((level, i) => ({
        ...pointOf(level),
        time_ms: fittedAt(fit, level) * Math.max(0.01, 1 + (spreads[i] ?? 0) * random.normal()),
      })),
      fit,
    ),
  );
  const tail = (1 - confidence) / 2;
  const misfit = normalQuantile(1 - tail) * rootMeanSquare(residuals);
  return lengths.map((tokens) => {
    const times = curves.map((curve) => prefillAt(curve, tokens)).sort((a, b) => a - b);
    const middle = prefillAt(fit, tokens);
    const below = Math.hypot(middle - Math.min(middle, orderStatistic(times, tail) ?? middle), misfit * middle);
    const above = Math.hypot(Math.max(middle, orderStatistic(times, 1 - tail) ?? middle) - middle, misfit * middle);
    return { tokens: Math.round(tokens), low_ms: Math.max(0, middle - below), high_ms: middle + above };
  });
}

const rootMeanSquare = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)));

const leastStep = 0.04;
const stepErrors = 4;

function stepsOf(levels: readonly PrefillLevel[], points: readonly ProfiledLength[]): PrefillStep[] {
  return points.slice(1).flatMap((point, i) => {
    const before = points[i];
    if (before === undefined) return [];
    const jump = point.residual - before.residual;
    const error = Math.hypot(levels[i]?.standardError ?? 0, levels[i + 1]?.standardError ?? 0);
    if (Math.abs(jump) < Math.max(leastStep, stepErrors * error)) return [];
    return [{ from_tokens: Math.round(before.tokens), to_tokens: Math.round(point.tokens), jump }];
  });
}
