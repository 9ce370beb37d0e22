import { offsetAt, type PrefillOffsets } from '../metrics/prefill-offset.ts';
import { nonNegativeLeastSquares } from './prefill-least-squares.ts';
import { median } from './prefill-levels.ts';

/**
 * t(P) = a + √(floor² + (bP)²) + cP², milliseconds; with floor 0 the paper's a + bP + cP². All ≥ 0, so never falling.
 * Of a prompt whose first h tokens came from a cache, P − h are computed, each of which attends to all before it;
 * the cached ones still have to be sent and tokenised: t(P, h) = a + √(floor² + (b(P − h))²) + c(P² − h²) + e·h.
 */
export interface PrefillFit {
  readonly a_ms: number;
  readonly b_ms_per_token: number;
  readonly c_ms_per_token2: number;
  readonly floor_ms: number;
  /** e; absent where no answer told it. */
  readonly cached_ms_per_token?: number;
  /** What times lie above the formula, ms, by tokens that had to be computed; absent where they are nowhere known to. */
  readonly offsets?: PrefillOffsets;
}

/** What is fitted: the time of one prompt length and how many measurements stand behind it. */
export interface PrefillPoint {
  readonly tokens: number;
  /** How many of them came from a cache; 0 if absent. */
  readonly cached?: number;
  readonly time_ms: number;
  readonly weight: number;
}

/** Time of the curve: the formula and, where it has been seen to be off, what times lie above it. */
export function prefillAt(fit: PrefillFit, tokens: number, cached = 0): number {
  const { offsets } = fit;
  const offset = offsets ? offsetAt(offsets, tokens - cached, (length) => formulaAt(fit, length)) : 0;
  return formulaAt(fit, tokens, cached) + offset;
}

/** Time by the formula alone. */
export const formulaAt = (
  { a_ms, b_ms_per_token, c_ms_per_token2, floor_ms, cached_ms_per_token = 0 }: PrefillFit,
  tokens: number,
  cached = 0,
): number =>
  a_ms +
  Math.hypot(floor_ms, b_ms_per_token * (tokens - cached)) +
  c_ms_per_token2 * (tokens * tokens - cached * cached) +
  cached_ms_per_token * cached;

const rounds = 12;
/** Residuals as shares below this are never outliers: the formula is a model, not the truth. */
const leastScale = 0.01;
const huber = 1.345;
/** Tukey's biweight: from this many scales on a point has no weight at all. */
const tukey = 6;
/** A floor is believed where it takes this share of the error away, and with points to spare. */
const floorGain = 0.5;
const pointsForFloor = 6;

/**
 * Robust fit of relative errors: Huber's weights first, which no single point can capture, then Tukey's,
 * under which a point far off has no influence left (iteratively reweighted non-negative least squares).
 */
export function fitPrefill(points: readonly PrefillPoint[]): PrefillFit {
  const plain = robustFit(points, [0]);
  if (points.length < pointsForFloor) return plain.fit;
  const withFloor = robustFit(points, kneeCandidates(points));
  return withFloor.error < (1 - floorGain) * plain.error ? withFloor.fit : plain.fit;
}

interface Fitted {
  readonly fit: PrefillFit;
  /** Robust squared relative error. */
  readonly error: number;
}

function robustFit(points: readonly PrefillPoint[], knees: readonly number[]): Fitted {
  let expected = smoothed(points);
  let trust = points.map(() => 1);
  let fitted: Fitted = { fit: { a_ms: 0, b_ms_per_token: 0, c_ms_per_token2: 0, floor_ms: 0 }, error: 0 };
  for (let round = 0; round < rounds; round++) {
    const weights = points.map(({ weight }, i) => ((trust[i] ?? 0) * weight) / Math.max(1e-9, expected[i] ?? 1) ** 2);
    fitted = bestKnee(points, weights, knees);
    expected = points.map(({ tokens, cached }) => formulaAt(fitted.fit, tokens, cached));
    const residuals = points.map(({ time_ms }, i) => time_ms / Math.max(1e-9, expected[i] ?? 1) - 1);
    const scale = Math.max(leastScale, 1.4826 * median(residuals.map(Math.abs)));
    trust = residuals.map((residual) => trustIn(residual / scale, round < rounds / 2));
  }
  return fitted;
}

function trustIn(deviation: number, first: boolean): number {
  const size = Math.abs(deviation);
  if (first) return size <= huber ? 1 : huber / size;
  return size >= tukey ? 0 : (1 - (size / tukey) ** 2) ** 2;
}

/** Median of each point and its neighbours: weights from it cannot be bent by one of them. */
const smoothed = (points: readonly PrefillPoint[]): number[] =>
  points.map((_, i) => median(points.slice(Math.max(0, i - 1), i + 2).map(({ time_ms }) => time_ms)));

/** `knee`: the length at which floor and bP are equal. Given it, the rest is linear. */
function bestKnee(points: readonly PrefillPoint[], weights: readonly number[], knees: readonly number[]): Fitted {
  const times = points.map(({ time_ms }) => time_ms);
  const constant = points.map(() => 1);
  const squares = points.map(({ tokens, cached = 0 }) => tokens * tokens - cached * cached);
  const fromCache = points.map(({ cached = 0 }) => cached);
  const tellsCached = points.some(({ tokens, cached = 0 }) => cached > tokens / 2);
  let best: Fitted | undefined;
  for (const knee of knees) {
    const bent = points.map(({ tokens, cached = 0 }) => Math.hypot(knee, tokens - cached));
    const columns = [constant, bent, squares, ...(tellsCached ? [fromCache] : [])];
    const { coefficients, error } = nonNegativeLeastSquares(columns, times, weights);
    const [a_ms = 0, b = 0, c_ms_per_token2 = 0, cached_ms_per_token] = coefficients;
    const cached = cached_ms_per_token === undefined ? {} : { cached_ms_per_token };
    if (best !== undefined && error >= best.error) continue;
    best = { fit: { a_ms, b_ms_per_token: b, c_ms_per_token2, floor_ms: b * knee, ...cached }, error };
  }
  return best ?? { fit: { a_ms: 0, b_ms_per_token: 0, c_ms_per_token2: 0, floor_ms: 0 }, error: 0 };
}

const kneesTried = 28;

/** From a length that makes no difference to a quarter of the longest. */
function kneeCandidates(points: readonly PrefillPoint[]): number[] {
  const lengths = points.map(({ tokens, cached = 0 }) => tokens - cached);
  const [from, to] = [Math.max(1, Math.min(...lengths)), Math.max(...lengths) / 4];
  if (to <= from) return [0];
  return [0, ...Array.from({ length: kneesTried }, (_, i) => from * (to / from) ** (i / (kneesTried - 1)))];
}
