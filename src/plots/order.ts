/** Order statistic ⌈p·n⌉ of ascending values; absent if there is none. */
export function orderStatistic(sorted: ArrayLike<number>, p: number): number | undefined {
  const n = sorted.length;
  return n === 0 ? undefined : sorted[Math.min(n - 1, Math.max(0, Math.ceil(p * n) - 1))];
}

export const ascending = (values: Iterable<number>): Float64Array => Float64Array.from(values).sort();

/** Share of ascending values that are at most `value`. */
export function shareUpTo(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 0 : low / sorted.length;
}

/** At most `most` of the items, evenly spaced, first and last among them. */
export function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  if (most < 1) return [];
  const step = most === 1 ? 0 : (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]).filter((item) => item !== undefined);
}

/** A step of 1, 2 or 5 times a power of ten that cuts `span` into at most `most` pieces. */
export function niceStep(span: number, most: number): number {
  const rough = Math.max(span / most, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

/** 0, one step, two steps … as far as `end`, without the dust of binary fractions. */
export const multiples = (step: number, end: number): number[] =>
  Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));

/** Digits that a picture can show; keeps the page small. */
export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Least and greatest value. */
export const extent = (values: readonly number[]): readonly [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
];
