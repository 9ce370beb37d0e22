// Loads with the length statistics of the papers this engine is checked against, and what is read off their runs.
// Plain functions without imports, shared by the benchmarks and the engine's tests.

/**
 * Inverse distribution through (probability, value) points: geometric between them, and below the
 * first one a power that gives the whole its known mean.
 */
const fromQuantiles =
  ([[p0, v0], ...rest], power) =>
  (probability) => {
    if (probability <= p0) return Math.max(1, Math.round(v0 * (probability / p0) ** power));
    let [from, low] = [p0, v0];
    for (const [to, high] of rest) {
      if (probability <= to) return Math.round(low * (high / low) ** ((probability - from) / (to - from)));
      [from, low] = [to, high];
    }
    return low;
  };

/** Lognormal by its median and 90th percentile. */
const lognormal = (median, p90) => (random) =>
  Math.max(1, Math.round(median * Math.exp((Math.log(p90 / median) / 1.2815515655) * random.normal())));

// ShareGPT's means are 2,340 and 439.
const shareGptPrompt = fromQuantiles(
  [
    [0.5, 1730],
    [0.9, 5696],
    [0.99, 7434],
    [1, 8141],
  ],
  1.5,
);
const shareGptOutput = fromQuantiles(
  [
    [0.5, 415],
    [0.9, 834],
    [0.99, 998],
    [1, 1024],
  ],
  0.95,
);

/** Chat: the quantiles of ShareGPT cut at 8,192 tokens in all. */
export const shareGptLike = (random) => {
  const promptTokens = shareGptPrompt(random.next());
  return { promptTokens, outputTokens: Math.min(shareGptOutput(random.next()), 8192 - promptTokens) };
};

const arxivPrompt = lognormal(7059, 12985);
const arxivOutput = lognormal(208, 371);

/** Summaries of long papers: lognormal by median and 90th percentile, cut at 16,384 tokens in all. */
export const arxivLike = (random) => {
  const promptTokens = Math.min(arxivPrompt(random), 15360);
  return { promptTokens, outputTokens: Math.min(arxivOutput(random), 1024) };
};

/** Every request the same. */
export const fixedLengths = (promptTokens, outputTokens) => () => ({ promptTokens, outputTokens });

/** `count` requests, exact Poisson arrivals at `rate` per second. Gaps and lengths come from streams of their own. */
export function poissonLoad({ rate, count, lengths, arrivals, contents }) {
  let at = 0;
  return Array.from({ length: count }, () => {
    at += (arrivals.exponential() / rate) * 1e9;
    return { scheduledAt: Math.round(at), ...lengths(contents) };
  });
}

/** `count` requests at equal gaps. */
export function constantLoad({ rate, count, lengths, contents }) {
  return Array.from({ length: count }, (_, i) => ({ scheduledAt: Math.round((i / rate) * 1e9), ...lengths(contents) }));
}

/** Order statistic ⌈p·n⌉ of numbers in any order. */
export function percentile(values, p) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
}

/** Milliseconds between the tokens of all records. */
export function tokenGaps(records) {
  const gaps = [];
  for (const { chunks } of records)
    for (let i = 1; i < chunks.at.length; i++) gaps.push((chunks.at[i] - chunks.at[i - 1]) / 1e6);
  return gaps;
}

/** Milliseconds from the scheduled send to the first token, of the records that have one. */
export const firstTokenTimes = (records) =>
  records
    .filter(({ chunks }) => chunks.at.length > 0)
    .map(({ scheduledAt, chunks }) => (chunks.at[0] - scheduledAt) / 1e6);

/** Milliseconds per token after the first, by request with at least two. */
export const timesPerToken = (records) =>
  records
    .filter(({ chunks }) => chunks.at.length > 1)
    .map(
      ({ chunks }) =>
        (chunks.at.at(-1) - chunks.at[0]) / 1e6 / (chunks.tokens.reduce((a, b) => a + b, 0) - chunks.tokens[0]),
    );

/** Highest rate `passes` accepts: doubling or halving from `start` to a bracket, then bisection to `tolerance` of the rate. */
export function highestRate(passes, start, tolerance = 0.02) {
  let low = start;
  let high = start;
  if (passes(start)) {
    do {
      low = high;
      high *= 2;
    } while (passes(high));
  } else {
    do {
      high = low;
      low /= 2;
      if (low < start / 1024) return 0;
    } while (!passes(low));
  }
  while (high - low > tolerance * low) {
    const middle = (low + high) / 2;
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low;
}
