import { neededSamples, quantileRanks } from './binomial.ts';
import { confidence } from './metric.ts';
import { linearQuantile, rankOf } from './order-statistic.ts';
import type { ScorePolicy } from './policy.ts';
import type { Population } from './sample.ts';
import type { MetricSummary, Percentile } from './summary.ts';

/** The tail that hurts is the high one, or for "higher is better" the low one. */
const percentilesFor: Readonly<Record<MetricSummary['better'], readonly number[]>> = {
  lower: [50, 90, 95, 99, 99.9],
  neither: [1, 10, 50, 90, 95, 99, 99.9],
  higher: [1, 5, 10, 50, 90, 95, 99],
};

/** Samples the benchmarking drafts ask for, by the distance to the nearer end. */
const draftRule: readonly { readonly from: number; readonly samples: number }[] = [
  { from: 99.9, samples: 10_000 },
  { from: 95, samples: 1_000 },
  { from: 90, samples: 500 },
  { from: 0, samples: 100 },
];

function draftSamples(p: number): number {
  const side = Math.max(p, 100 - p);
  return draftRule.find(({ from }) => side >= from)?.samples ?? 100;
}

type Distribution = Pick<MetricSummary, 'n' | 'mean' | 'min' | 'max' | 'percentiles'>;

/** n, mean, extremes and percentiles with their intervals. */
export function distribution(
  population: Population,
  better: MetricSummary['better'],
  dialect: ScorePolicy['dialect'],
): Distribution {
  const { n } = population;
  if (n === 0) return { n };
  const { mean, min, max } = population;
  return {
    n,
    ...(mean === undefined ? {} : { mean }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    percentiles: percentilesOf(population, percentilesFor[better], dialect),
  };
}

function percentilesOf(
  population: Population,
  wanted: readonly number[],
  dialect: ScorePolicy['dialect'],
): Percentile[] {
  const { n } = population;
  const ranks = wanted.map((p) => rankOf(p / 100, n));
  const effects = population.designEffects?.(population.at(ranks)) ?? wanted.map(() => 1);
  const ends = wanted.map((p, i) => endRanks(p / 100, n, effects[i] as number));
  const found = population.at([...ranks, ...ends.flatMap(({ low = 1, high = n }) => [low, high])]);
  const interpolated = dialect === 'etalon' ? interpolate(population, wanted) : found;
  return wanted.map((p, i): Percentile => {
    const { low, high } = ends[i] as Ends;
    const effect = effects[i] as number;
    const needs = neededSamples(p / 100);
    const exact = population.exactUpTo?.(found[i] as number);
    return {
      p,
      value: interpolated[i] as number,
      ...(low === undefined ? {} : { low: found[wanted.length + 2 * i] as number }),
      ...(high === undefined ? {} : { high: found[wanted.length + 2 * i + 1] as number }),
      supported: n / effect >= needs,
      needs: Number.isFinite(effect) ? Math.ceil(needs * effect) : needs,
      meetsDraftRule: n >= draftSamples(p),
      ...(exact !== undefined && exact < (ranks[i] as number) ? { lowerBound: true } : {}),
    };
  });
}

interface Ends {
  readonly low?: number;
  readonly high?: number;
}

/** Ranks of the interval's ends for n values worth n ÷ effect independent ones. */
function endRanks(p: number, n: number, effect: number): Ends {
  if (!Number.isFinite(effect)) return {};
  const worth = Math.max(1, Math.floor(n / effect));
  const { low, high } = quantileRanks(worth, p, confidence);
  const scale = n / worth;
  return {
    ...(low === undefined ? {} : { low: Math.max(1, Math.floor(low * scale)) }),
    ...(high === undefined ? {} : { high: Math.min(n, Math.ceil(high * scale)) }),
  };
}

function interpolate(population: Population, wanted: readonly number[]): number[] {
  const { n } = population;
  return wanted.map((p) => {
    const below = Math.floor((p / 100) * (n - 1));
    const [low, high] = population.at([below + 1, Math.min(n, below + 2)]) as [number, number];
    return linearQuantile([low, high], (p / 100) * (n - 1) - below) as number;
  });
}
