import type { Random } from '../core/random.ts';

const shortest = 32;
const mostLengths = 24;

/** Prompt lengths in a geometric series from 32 tokens to the longest; both ends are in it. */
export function prefillLengths(longest: number, count: number = mostLengths): number[] {
  const from = Math.min(shortest, longest);
  const steps = Math.max(1, count - 1);
  const lengths = Array.from({ length: count }, (_, i) => Math.round(from * (longest / from) ** (i / steps)));
  return [...new Set(lengths)];
}

/**
 * Every length once a round, each round in an order of its own: drift of the server falls on all
 * lengths alike, and a profile that is cut short has measured all of them equally often.
 */
export function interleavedRounds(lengths: readonly number[], rounds: number, random: Random): number[] {
  return Array.from({ length: rounds }, () => shuffled(lengths, random)).flat();
}

function shuffled(values: readonly number[], random: Random): number[] {
  const order = values.map((value) => ({ value, place: random.next() }));
  return order.sort((a, b) => a.place - b.place).map(({ value }) => value);
}
