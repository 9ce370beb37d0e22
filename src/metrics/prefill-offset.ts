/** What measured times lie above a curve's formula, by prompt tokens ascending; the time's unit is the formula's. */
export type PrefillOffsets = readonly (readonly [tokens: number, time: number])[];

/**
 * The offset of a length. Between two measured ones it follows the formula: of the way that the formula's time has
 * gone from one to the other, it has gone the same share. A curve whose times do not fall from one length to the
 * next thus falls nowhere. Beyond the first and the last the offset stays.
 */
export function offsetAt(offsets: PrefillOffsets, tokens: number, formula: (tokens: number) => number): number {
  const next = offsets.findIndex(([length]) => length >= tokens);
  const after = offsets[next];
  if (after === undefined) return offsets.at(-1)?.[1] ?? 0;
  const before = offsets[next - 1];
  if (before === undefined) return after[1];
  const [from, to] = [formula(before[0]), formula(after[0])];
  const gone = to > from ? (formula(tokens) - from) / (to - from) : (tokens - before[0]) / (after[0] - before[0]);
  return before[1] + gone * (after[1] - before[1]);
}
