import type { JudgedLoad } from './capacity-bounds.ts';
import type { ProbeCost, ProbeObservation } from './capacity-probe.ts';

/** Why a search ended. */
export type CapacityReason =
  /** The interval is as narrow as was asked for. */
  | 'found'
  /** Everything passes up to the highest load that may be tried. */
  | 'high-limit'
  /** Everything passes up to the highest load that the client can make. */
  | 'client-limit'
  /** Not even the lowest load that may be tried passes. */
  | 'nothing-passes'
  | 'budget'
  | 'interrupted'
  /** The target stopped answering at all. */
  | 'target-failed'
  /** A larger load passes and a smaller one fails, also when looked at again (RFC 9971). */
  | 'irregular';

/** One load that was tried. */
export interface TriedLoad {
  readonly load: number;
  readonly requests: number;
  readonly verdict: 'passes' | 'fails' | 'undecided';
  /** Share of good units of each condition; absent where nothing could be judged. */
  readonly shares: readonly (number | undefined)[];
  readonly backlog: ProbeObservation['backlog'];
  readonly observations: readonly ProbeObservation[];
  readonly cost: ProbeCost;
}

export interface CapacityResult {
  readonly reason: CapacityReason;
  /** Of the interval; absent where points decided, as in the literature. */
  readonly confidence?: number;
  /** Relevant lower bound: the highest load shown to pass. */
  readonly lower?: number;
  /** Relevant upper bound: the lowest load shown to fail. */
  readonly upper?: number;
  /** Most likely capacity, within the bounds. */
  readonly estimate?: number;
  /** Index of the condition that fails first as load grows; absent where none was shown to fail. */
  readonly binding?: number;
  /** Whether misses set in gradually or at once as load grows. */
  readonly edge?: 'smooth' | 'cliff';
  /** Which two loads contradict each other (RFC 9971). */
  readonly irregular?: string;
  /** Which relevant bound does not exist, and why; absent where both do. */
  readonly missingBound?: string;
  /** The load at which the client became the limit, and how it shows. */
  readonly client?: { readonly load: number; readonly reason: string };
  readonly tried: readonly TriedLoad[];
  readonly cost: ProbeCost;
}

export function triedLoad(judged: JudgedLoad, needed: number): TriedLoad {
  const { evidence, own } = judged;
  return {
    load: evidence.load,
    requests: evidence.requests,
    verdict:
      own.pass >= needed || judged.pass >= needed
        ? 'passes'
        : own.fail >= needed || judged.fail >= needed
          ? 'fails'
          : 'undecided',
    shares: evidence.counts.map(({ good, missed }) => (good + missed === 0 ? undefined : good / (good + missed))),
    backlog: evidence.backlog,
    observations: evidence.observations,
    cost: evidence.cost,
  };
}
