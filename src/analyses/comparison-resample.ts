import type { Random } from '../core/random.ts';

/**
 * Length of the blocks that are drawn together: neighbouring requests share what the server was doing. Where the
 * arrivals of two runs differ too, so do the waves of load they make, which last longer.
 */
const blockLength = (n: number, paired: boolean): number =>
  Math.max(1, Math.min(n, Math.round((paired ? 2 : 4) * Math.cbrt(n))));

/** What a normal interval from so few blocks falls short of Student's, as a factor of its deviation. */
export function fewBlocks(n: number, paired: boolean): number {
  const blocks = n / blockLength(n, paired);
  return blocks > 3 ? Math.sqrt(blocks / (blocks - 3)) : Number.POSITIVE_INFINITY;
}

/** How often each of n requests occurs in one draw of a circular block bootstrap (Politis and Romano 1992). */
export function drawCounts(n: number, paired: boolean, random: Random): Uint16Array {
  const counts = new Uint16Array(n);
  const length = blockLength(n, paired);
  for (let drawn = 0; drawn < n; drawn += length) {
    const start = random.below(n);
    for (let i = 0; i < Math.min(length, n - drawn); i++) {
      const at = (start + i) % n;
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}
