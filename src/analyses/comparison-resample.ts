import type { Random } from '../core/random.ts';

/** Length of the blocks that are drawn together: neighbouring requests share what the server was doing. */
const blockLength = (n: number): number => Math.max(1, Math.min(50, Math.round(2 * Math.cbrt(n))));

/** How often each of n requests occurs in one draw of a circular block bootstrap (Politis and Romano 1992). */
export function drawCounts(n: number, random: Random): Uint16Array {
  const counts = new Uint16Array(n);
  const length = blockLength(n);
  for (let drawn = 0; drawn < n; drawn += length) {
    const start = random.below(n);
    for (let i = 0; i < Math.min(length, n - drawn); i++) {
      const at = (start + i) % n;
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}
