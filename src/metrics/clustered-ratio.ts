/** A ratio of sums over requests, and how far it may be off because a request's parts go together. */
export interface ClusteredRatio {
  readonly share: number;
  /** Variance of `share` by linearisation, requests as the units drawn; absent for fewer than two. */
  readonly variance?: number;
  /** Sum of the denominators. */
  readonly total: number;
}

/** Σ parts ÷ Σ wholes over requests. */
export function clusteredRatio(parts: ArrayLike<number>, wholes: ArrayLike<number>): ClusteredRatio {
  const n = parts.length;
  let part = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    part += parts[i] as number;
    total += wholes[i] as number;
  }
  const share = part / total;
  if (n < 2) return { share, total };
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((parts[i] as number) - share * (wholes[i] as number)) ** 2;
  return { share, total, variance: (n / (n - 1)) * (squares / (total * total)) };
}
