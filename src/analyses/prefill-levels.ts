import type { PrefillSample } from './prefill-samples.ts';

/** The repetitions of one prompt length; those that a cache answered in good part are a level of their own. */
export interface PrefillLevel {
  readonly asked: number;
  /** Mean of the prompt tokens. */
  readonly tokens: number;
  /** Mean of those a cache answered. */
  readonly cached: number;
  /** Mean of the times that count. */
  readonly mean_ms: number;
  /** Standard error of the mean as a share of it; of the pooled spread where one length tells too little. */
  readonly standardError: number;
  readonly times_ms: readonly number[];
  readonly outliers: readonly PrefillSample[];
}

/** Fewer repetitions than this cannot tell which of them is the odd one. */
const repetitionsToJudge = 3;
/** Normal-consistent scale of a median absolute deviation. */
const madScale = 1.4826;
/** A repetition this many spreads off the median of its length is an outlier; and never one within 3 % of it. */
const outlierSpreads = 6;
const leastOutlier = 0.03;

/** A cache that answers this little of a prompt, such as its template, makes no level of its own. */
const smallCache = { tokens: 64, share: 0.05 };

/** Whether a cache answered so much of a prompt that its time says little of the whole. */
export const isFromCache = (tokens: number, cached: number): boolean =>
  cached > Math.max(smallCache.tokens, smallCache.share * tokens);

/** What had to be computed of the prompt. */
export const uncached = ({ tokens, cached }: Pick<PrefillSample, 'tokens' | 'cached'>): number => tokens - cached;

/** Samples by what had to be computed, ascending, with the odd ones of each length set aside. */
export function prefillLevels(samples: readonly PrefillSample[]): PrefillLevel[] {
  const groups = groupBy(samples).sort((a, b) => mean(a.map(uncached)) - mean(b.map(uncached)));
  const judged = groups.filter((group) => group.length >= repetitionsToJudge);
  const spread = madScale * median(judged.flatMap((group) => deviations(group).map(Math.abs)));
  const limit = Math.max(leastOutlier, outlierSpreads * (spread || 0));
  const split = groups.map((group) => {
    const off = group.length < repetitionsToJudge ? group.map(() => 0) : deviations(group);
    return {
      asked: group[0]?.asked ?? 0,
      kept: group.filter((_, i) => Math.abs(off[i] ?? 0) <= limit),
      outliers: group.filter((_, i) => Math.abs(off[i] ?? 0) > limit),
    };
  });
  const pooled = pooledSpread(split.map(({ kept }) => kept));
  return split.map(({ asked, kept, outliers }) => {
    const times_ms = kept.map(({ time_ms }) => time_ms);
    return {
      asked,
      tokens: mean(kept.map(({ tokens }) => tokens)),
      cached: mean(kept.map(({ cached }) => cached)),
      mean_ms: mean(times_ms),
      standardError: pooled / Math.sqrt(kept.length),
      times_ms,
      outliers,
    };
  });
}

function groupBy(samples: readonly PrefillSample[]): PrefillSample[][] {
  const groups = new Map<string, PrefillSample[]>();
  for (const sample of samples) {
    const { asked, tokens, cached } = sample;
    const key = `${asked}/${isFromCache(tokens, cached) ? cached : 0}`;
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  return [...groups.values()];
}

/** Relative to the median of the group. */
function deviations(group: readonly PrefillSample[]): number[] {
  const middle = median(group.map(({ time_ms }) => time_ms));
  return group.map(({ time_ms }) => (middle > 0 ? time_ms / middle - 1 : 0));
}

/** Standard deviation of a single time as a share of its length's mean, over all lengths. */
function pooledSpread(groups: readonly (readonly PrefillSample[])[]): number {
  let [squares, degrees] = [0, 0];
  for (const group of groups) {
    const times = group.map(({ time_ms }) => time_ms);
    const center = mean(times);
    if (times.length < 2 || center <= 0) continue;
    squares += times.reduce((sum, time) => sum + (time / center - 1) ** 2, 0);
    degrees += times.length - 1;
  }
  return degrees === 0 ? 0 : Math.sqrt(squares / degrees);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? 0;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? upper) + upper) / 2;
}
