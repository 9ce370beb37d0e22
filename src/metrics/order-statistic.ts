/**
 * Rank, from 1, of the p-quantile of n values: ⌈p·n⌉. The product is taken a hair lower, so that
 * 0.07 · 100 = 7.000000000000001 is rank 7.
 */
export const rankOf = (p: number, n: number): number => Math.min(n, Math.max(1, Math.ceil(p * n * (1 - 1e-13))));

/** The p-quantile of ascending values as one of them; absent if there is none. */
export const orderStatistic = (ascending: ArrayLike<number>, p: number): number | undefined =>
  ascending.length === 0 ? undefined : ascending[rankOf(p, ascending.length) - 1];

/** The p-quantile by linear interpolation between neighbours, as NumPy's default and Etalon take it. */
export function linearQuantile(ascending: ArrayLike<number>, p: number): number | undefined {
  if (ascending.length === 0) return undefined;
  const place = p * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  // A neighbour at Infinity does not matter to a place that is exactly this value's.
  return place === below || low === high ? low : low + (high - low) * (place - below);
}
