import type { RequestRecord } from '../core/record.ts';
import { orderStatistic } from '../metrics/order-statistic.ts';
import { normalQuantile } from './normal.ts';
import { type PrefillCorrection, prefillCorrection } from './prefill-correction.ts';
import { fitPrefill, formulaAt, type PrefillFit, type PrefillPoint, prefillAt } from './prefill-fit.ts';
import { isFromCache, type PrefillLevel, prefillLevels, uncached } from './prefill-levels.ts';
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
  /** Of the mean, as a share of it. */
  readonly standardError: number;
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

/** Fewer lengths cannot hold three coefficients. */
export const fewestLengths = 3;

/** The profile in the records of isolated requests; undefined if fewer than three lengths were computed in full. */
export function prefillProfile(records: Iterable<RequestRecord>, confidence = 0.95): PrefillProfile | undefined {
  const { usable, unusable } = prefillSamples(records);
  const levels = prefillLevels(usable);
  const computed = levels.filter(({ tokens, cached }) => !isFromCache(tokens, cached));
  if (computed.length < fewestLengths) return undefined;
  const formula = fitPrefill(levels.map(pointOf));
  const correction = prefillCorrection(computed, formula);
  const fit = { ...formula, ...(correction.offsets && { offsets: correction.offsets }) };
  const points = levels.map((level) => profiled(level, fit));
  const residuals = points.map(({ residual }) => Math.abs(residual)).sort((a, b) => a - b);
  return {
    fit,
    from_tokens: Math.floor(computed[0]?.tokens ?? 0),
    to_tokens: Math.ceil(computed.at(-1)?.tokens ?? 0),
    points,
    band: bandOf(levels, fit, correction, confidence),
    confidence,
    steps: stepsOf(levels, formula),
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

function profiled(level: PrefillLevel, fit: PrefillFit): ProfiledLength {
  const { asked, cached, mean_ms, times_ms } = level;
  const fit_ms = prefillAt(fit, level.tokens, cached);
  return {
    asked,
    tokens: uncached(level),
    ...(cached > 0 && { cached }),
    mean_ms,
    fit_ms,
    residual: mean_ms / fit_ms - 1,
    n: times_ms.length,
    standardError: level.standardError,
    min_ms: Math.min(...times_ms),
    max_ms: Math.max(...times_ms),
  };
}

const bandPoints = 25;

/** Where the mean time of a length lies, also of one that was not measured; the curve lies within. */
function bandOf(
  levels: readonly PrefillLevel[],
  fit: PrefillFit,
  correction: PrefillCorrection,
  confidence: number,
): BandPoint[] {
  const measured = levels.map((level) => Math.max(1, uncached(level)));
  const [from = 1, to = 1] = [measured[0], measured.at(-1)];
  const between = Array.from({ length: bandPoints }, (_, i) => from * (to / from) ** (i / (bandPoints - 1)));
  const lengths = [...new Set([...between, ...measured].map(Math.round))].sort((a, b) => a - b);
  const spreads = normalQuantile(1 - (1 - confidence) / 2);
  return lengths.map((tokens) => {
    const [formula, curve] = [formulaAt(fit, tokens), prefillAt(fit, tokens)];
    const shares = correction.at(tokens);
    const low = Math.min(curve, ...shares.map(({ mean, deviation }) => formula * (1 + mean - spreads * deviation)));
    const high = Math.max(curve, ...shares.map(({ mean, deviation }) => formula * (1 + mean + spreads * deviation)));
    return { tokens, low_ms: Math.max(0, low), high_ms: high };
  });
}

const leastStep = 0.04;
const stepErrors = 4;

/** Against the formula: the curve itself follows a step that it knows. */
function stepsOf(levels: readonly PrefillLevel[], formula: PrefillFit): PrefillStep[] {
  const off = ({ mean_ms, tokens, cached }: PrefillLevel): number => mean_ms / formulaAt(formula, tokens, cached) - 1;
  return levels.slice(1).flatMap((level, i) => {
    const before = levels[i];
    if (before === undefined) return [];
    const jump = off(level) - off(before);
    const error = Math.hypot(before.standardError, level.standardError);
    if (Math.abs(jump) < Math.max(leastStep, stepErrors * error)) return [];
    return [{ from_tokens: Math.round(uncached(before)), to_tokens: Math.round(uncached(level)), jump }];
  });
}
