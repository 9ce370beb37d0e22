import { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { defineLength } from './length.ts';
import { tokens } from './tokens.ts';

/** 90th percentile of the standard normal. */
const z90 = 1.2815515655446004;

/** Below this share of accepted draws the cut, not the distribution, would decide the lengths. */
const leastAccepted = 0.01;

/** Standard normal distribution function; Abramowitz and Stegun 7.1.26, error below 2e-7. */
function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = 1 - 0.5 * poly * Math.exp((-x * x) / 2);
  return x >= 0 ? upper : 1 - upper;
}

interface Lognormal {
  readonly median: number;
  readonly p90?: number | undefined;
  readonly sigma?: number | undefined;
  readonly min: number;
  readonly max?: number | undefined;
}

const sigmaOf = ({ median, p90, sigma }: Lognormal): number =>
  sigma ?? (p90 === undefined ? 0 : Math.log(p90 / median) / z90);

/** Share of draws that fall between min and max, both after rounding. */
function accepted(options: Lognormal): number {
  const spread = sigmaOf(options);
  const { median, min, max } = options;
  if (spread === 0) return median >= min && median <= (max ?? median) ? 1 : 0;
  const below = normalCdf(Math.log((min - 0.5) / median) / spread);
  const within = max === undefined ? 1 : normalCdf(Math.log((max + 0.5) / median) / spread);
  return within - below;
}

function problemOf(options: Lognormal): string | undefined {
  const { median, p90, sigma, min, max } = options;
  if ((p90 === undefined) === (sigma === undefined)) return 'give exactly one of p90 and sigma';
  if (p90 !== undefined && p90 < median) return 'p90 is less than median';
  if (max !== undefined && min > max) return 'min is greater than max';
  const share = accepted(options);
  if (share < leastAccepted) return `min and max keep only ${(share * 100).toFixed(2)} % of this distribution`;
  return undefined;
}

/** Draws outside [min, max] are drawn again: the distribution is truncated, never clipped onto its ends. */
function drawTruncated(options: Lognormal, random: Random): number {
  const { median, min, max = Number.POSITIVE_INFINITY } = options;
  const spread = sigmaOf(options);
  for (;;) {
    const length = Math.round(median * Math.exp(spread * random.normal()));
    if (length >= min && length <= max) return length;
  }
}

export const lognormal = defineLength({
  kind: 'lognormal',
  summary: 'many short, few long, as real traffic is; written as lognormal:median=512,p90=2000,max=8000',
  options: z
    .strictObject({
      median: tokens.describe('half of the lengths are below, tokens; of the distribution before min and max cut it'),
      p90: tokens.optional().describe('nine of ten lengths are below, tokens'),
      sigma: z.number().min(0).max(5).optional().describe('instead of p90: standard deviation of the logarithm'),
      min: tokens.default(1).describe('shorter draws are drawn again, tokens'),
      max: tokens.optional().describe('longer draws are drawn again, tokens'),
    })
    .check((context) => {
      const message = problemOf(context.value);
      if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
    }),
  example: { median: 512, p90: 2000, min: 1, max: 8000 },
  drawn: (options) => (random) => drawTruncated(options, random),
});
