import type { Random } from '../core/random.ts';
import type { RequestValues } from './comparison-values.ts';

/** How two runs are drawn again. */
export interface Resampling {
  /** What was drawn together: rounds where runs took turns, blocks of neighbouring requests elsewhere. */
  readonly unit: 'round' | 'block';
  /** Independent units of the shorter side; so few make intervals wider. */
  readonly units: number;
  /** How often each request of either side occurs in one draw. */
  draw(random: Random): readonly [baseline: ArrayLike<number>, candidate: ArrayLike<number>];
}

interface Sides {
  readonly baseline: RequestValues;
  readonly candidate: RequestValues;
}

/** Fewer make an interval as wide as the world. */
const fewestRounds = 2;

/** Rounds that both took part in are drawn as wholes, the same of both; elsewhere blocks of requests. */
export function resampling({ baseline, candidate }: Sides, paired: boolean): Resampling {
  const rounds = commonRounds(baseline.rounds, candidate.rounds);
  return rounds.length >= fewestRounds
    ? byRounds(rounds, baseline.rounds ?? [], candidate.rounds ?? [])
    : byBlocks(baseline.ids.length, candidate.ids.length, paired);
}

export const commonRounds = (one: readonly number[] = [], other: readonly number[] = []): number[] => {
  const known = new Set(other);
  return [...new Set(one)].filter((round) => known.has(round));
};

/** Cluster bootstrap: what the machines were doing in a round is shared by all requests of it, of both runs. */
function byRounds(rounds: readonly number[], one: readonly number[], other: readonly number[]): Resampling {
  return {
    unit: 'round',
    units: rounds.length,
    draw(random) {
      const times = new Map<number, number>();
      for (const _ of rounds) {
        const round = rounds[random.below(rounds.length)] as number;
        times.set(round, (times.get(round) ?? 0) + 1);
      }
      const counts = (list: readonly number[]): Uint16Array => Uint16Array.from(list, (round) => times.get(round) ?? 0);
      return [counts(one), counts(other)];
    },
  };
}

function byBlocks(n: number, m: number, paired: boolean): Resampling {
  const fewest = Math.min(n, m);
  return {
    unit: 'block',
    units: fewest === 0 ? 0 : Math.floor(fewest / blockLength(fewest, paired)),
    draw(random) {
      const one = drawBlocks(n, paired, random);
      return [one, paired ? one : drawBlocks(m, paired, random)];
    },
  };
}

/**
 * Length of the blocks that are drawn together: neighbouring requests share what the server was doing. Where the
 * arrivals of two runs differ too, so do the waves of load they make, which last longer.
 */
const blockLength = (n: number, paired: boolean): number =>
  Math.max(1, Math.min(n, Math.round((paired ? 2 : 4) * Math.cbrt(n))));

/** How often each of n requests occurs in one draw of a circular block bootstrap (Politis and Romano 1992). */
function drawBlocks(n: number, paired: boolean, random: Random): Uint16Array {
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
