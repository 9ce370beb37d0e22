import type { PrefillOffsets } from '../metrics/prefill-offset.ts';
import { type Estimate, gaussianProcess, type Place } from './gaussian-process.ts';
import { formulaAt, type PrefillFit } from './prefill-fit.ts';
import { type PrefillLevel, uncached } from './prefill-levels.ts';

/** What the measured lengths tell about the distance of the times from the formula, as shares of its time. */
export interface PrefillCorrection {
  /** Added to the formula; absent where no length lies off it by more than its error explains. */
  readonly offsets?: PrefillOffsets;
  /** Where the times lie against the formula at a length: between two pieces it is either's. */
  at(tokens: number): readonly Estimate[];
}

/** Shares of the formula's time by which a real system leaves it, and over which ratio of lengths (logarithms). */
const sizes = [0.0075, 0.015, 0.03, 0.06];
const reaches = [0.3, 1];
/** No mean of repetitions is better than this. */
const leastError = 0.001;
/** Two lengths this far apart against the formula, and this many standard errors, belong to different pieces. */
const leastCut = 0.03;
const cutErrors = 3.5;
/** Standard deviation of what may hide between two lengths though they agree: a step, just behind which times rise more slowly. */
const hidden = 0.006;
/** Offsets that matter less than this are left out. */
const leastOffset = 0.001;

/** From lengths that were computed in full, ascending. Without repetitions nobody knows what is noise: then there is no correction. */
export function prefillCorrection(levels: readonly PrefillLevel[], fit: PrefillFit): PrefillCorrection {
  const residuals = levels.map((level) => level.mean_ms / formulaAt(fit, level.tokens, level.cached) - 1);
  if (!levels.some(({ times_ms }) => times_ms.length > 1)) return uncorrected(residuals);
  const errors = levels.map(({ standardError }) => Math.max(leastError, standardError));
  const pieces = piecesOf(residuals, errors);
  const place = (tokens: number, piece: number): Place => ({
    at: Math.log(Math.max(1, tokens)),
    piece,
    trends: trendsOf(fit, tokens),
  });
  const estimate = gaussianProcess(
    levels.map((level, i) => ({
      ...place(uncached(level), pieces[i] ?? 0),
      value: residuals[i] ?? 0,
      error: errors[i] ?? leastError,
    })),
    sizes,
    reaches,
  );
  const lengths = levels.map(uncached);
  const offsets = offsetsOf(
    fit,
    lengths.map((tokens, i) => ({ tokens, share: estimate(place(tokens, pieces[i] ?? 0)).mean })),
  );
  return {
    ...(offsets && { offsets }),
    at(tokens) {
      const next = lengths.findIndex((length) => length >= tokens);
      const [before, after] = next < 0 ? [pieces.at(-1)] : [pieces[next - 1], pieces[next]];
      return [...new Set([before, after])].flatMap((piece) =>
        piece === undefined ? [] : [unsure(estimate(place(tokens, piece)))],
      );
    },
  };
}

const unsure = ({ mean, deviation }: Estimate): Estimate => ({ mean, deviation: Math.hypot(deviation, hidden) });

function uncorrected(residuals: readonly number[]): PrefillCorrection {
  const deviation = Math.sqrt(residuals.reduce((sum, each) => sum + each * each, 0) / Math.max(1, residuals.length));
  return { at: () => [{ mean: 0, deviation }] };
}

function piecesOf(residuals: readonly number[], errors: readonly number[]): number[] {
  let piece = 0;
  return residuals.map((residual, i) => {
    const jump = i === 0 ? 0 : Math.abs(residual - (residuals[i - 1] ?? 0));
    const error = Math.hypot(errors[i] ?? 0, errors[i - 1] ?? 0);
    return jump > Math.max(leastCut, cutErrors * error) ? ++piece : piece;
  });
}

/** By what a share of each coefficient would change the formula: the fit is only as sure as the lengths made it. */
function trendsOf(fit: PrefillFit, tokens: number): number[] {
  const whole = formulaAt(fit, tokens);
  const { b_ms_per_token: b, floor_ms } = fit;
  const bent = Math.hypot(floor_ms, b * tokens) || 1;
  return [fit.a_ms, (b * tokens) ** 2 / bent, fit.c_ms_per_token2 * tokens ** 2, floor_ms ** 2 / bent].map(
    (part) => part / Math.max(1e-9, whole),
  );
}

/** Times that never fall (neighbours that would are pooled), as offsets from the formula. */
function offsetsOf(
  fit: PrefillFit,
  points: readonly { readonly tokens: number; readonly share: number }[],
): PrefillOffsets | undefined {
  const times = ascending(points.map(({ tokens, share }) => formulaAt(fit, tokens) * (1 + share)));
  const offsets = points.map(({ tokens }, i) => [tokens, (times[i] ?? 0) - formulaAt(fit, tokens)] as const);
  const matters = offsets.some(([tokens, ms]) => Math.abs(ms) > leastOffset * formulaAt(fit, tokens));
  return matters ? offsets : undefined;
}

/** The nearest values that never fall: pool adjacent violators. */
function ascending(values: readonly number[]): number[] {
  const pools: { sum: number; n: number }[] = [];
  for (const value of values) {
    let pool = { sum: value, n: 1 };
    for (let last = pools.at(-1); last && last.sum / last.n > pool.sum / pool.n; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, n: pool.n + last.n };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, n }) => Array.from({ length: n }, () => sum / n));
}
