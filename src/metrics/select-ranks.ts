/** Below this many values sorting is as quick as selecting. */
const few = 24;

/**
 * Puts the values of the given ranks (from 1, ascending) where sorting would, all others on the right
 * side of them: quickselect for several ranks at once. The two zeros count as equal.
 */
export function selectRanks(values: Float64Array, ranks: readonly number[]): void {
  selectWithin(values, 0, values.length, ranks, 0, ranks.length);
}

function selectWithin(
  values: Float64Array,
  from: number,
  to: number,
  ranks: readonly number[],
  firstRank: number,
  lastRank: number,
): void {
  if (firstRank >= lastRank) return;
  if (to - from <= few) {
    insertionSort(values, from, to);
    return;
  }
  const split = partition(values, from, to);
  let middle = firstRank;
  while (middle < lastRank && (ranks[middle] as number) <= split) middle++;
  selectWithin(values, from, split, ranks, firstRank, middle);
  selectWithin(values, split, to, ranks, middle, lastRank);
}

function insertionSort(values: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    let place = i;
    for (; place > from && (values[place - 1] as number) > value; place--) values[place] = values[place - 1] as number;
    values[place] = value;
  }
}

/** Hoare's partition: afterwards [from, result) ≤ [result, to), neither of them empty. */
function partition(values: Float64Array, from: number, to: number): number {
  const pivot = medianOfThree(values[from] as number, values[(from + to) >> 1] as number, values[to - 1] as number);
  let i = from - 1;
  let j = to;
  for (;;) {
    do i++;
    while ((values[i] as number) < pivot);
    do j--;
    while ((values[j] as number) > pivot);
    if (i >= j) return i > j ? i : Math.max(from + 1, i);
    const swap = values[i] as number;
    values[i] = values[j] as number;
    values[j] = swap;
  }
}

const medianOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
