import type { Tally } from '../slo/index.ts';
import { addCosts, noCost, type ProbeCost, type ProbeObservation } from './capacity-probe.ts';
import { type Dependence, dependence, designEffect } from './sequential-design-effect.ts';
import { type ShareEvidence, shareEvidence } from './sequential-share.ts';

/** Sums of one condition at one load. */
export interface ConditionCount {
  readonly good: number;
  readonly missed: number;
  readonly unknown: number;
}

/** Everything observed at one load; observations of the same load are pooled (RFC 9971). */
export class LoadEvidence {
  readonly load: number;
  /**
   * Belief, from what other loads had shown before this one was first looked at, that it passes:
   * how the stake is divided between betting that it does and that it does not.
   */
  readonly stake: number;
  readonly observations: ProbeObservation[] = [];
  /** Second look at a load whose result contradicts another's. */
  retested = false;
  #counts: ConditionCount[] = [];
  #dependences: Dependence[] = [];

  constructor(load: number, stake: number) {
    this.load = load;
    this.stake = stake;
  }

  add(observation: ProbeObservation): void {
    this.observations.push(observation);
    const conditions = observation.tallies.length;
    const segments = (j: number): Tally[] => this.observations.flatMap(({ tallies }) => tallies[j] ?? []);
    this.#counts = Array.from({ length: conditions }, (_, j) => countOf(segments(j)));
    this.#dependences = Array.from({ length: conditions }, (_, j) => dependence(segments(j)));
  }

  get counts(): readonly ConditionCount[] {
    return this.#counts;
  }

  get dependences(): readonly Dependence[] {
    return this.#dependences;
  }

  get requests(): number {
    return this.observations.reduce((sum, { tallies }) => sum + (tallies[0]?.good.length ?? 0), 0);
  }

  get cost(): ProbeCost {
    return this.observations.reduce((sum, { cost }) => addCosts(sum, cost), noCost);
  }

  /**
   * Growth is believed if two looks, and most of all, have seen it: near the edge the backlog of a
   * system that keeps up rises by itself in a few looks of a hundred.
   */
  get backlog(): ProbeObservation['backlog'] {
    const growing = this.observations.filter(({ backlog }) => backlog === 'growing');
    if (growing.length * 2 > this.observations.length) return growing.length > 1 ? 'growing' : 'rising';
    const latest = this.observations.at(-1)?.backlog ?? 'steady';
    return latest === 'growing' ? 'rising' : latest;
  }
}

function countOf(segments: readonly Tally[]): ConditionCount {
  const sum = (column: (tally: Tally) => Float64Array): number =>
    segments.reduce((whole, tally) => whole + column(tally).reduce((a, b) => a + b, 0), 0);
  return { good: sum((t) => t.good), missed: sum((t) => t.missed), unknown: sum((t) => t.unknown) };
}

/** Loads with at most this many times the allowed misses tell how misses near the edge go together. */
const nearEdge = 5;

/** Variance inflation of one condition at one load: its own, or that of the loads near the edge if larger. */
export function effectAt(loads: readonly LoadEvidence[], at: LoadEvidence, j: number, allowed: number): number {
  const near = loads.filter(({ counts }) => {
    const { missed = 0, good = 0 } = counts[j] ?? {};
    return missed > 0 && missed / (missed + good) <= nearEdge * allowed;
  });
  const own = at.dependences[j];
  const pooled = near.flatMap(({ dependences }) => dependences[j] ?? []);
  return Math.max(own ? Math.max(designEffect([own]), own.ofStrain) : 1, designEffect(pooled));
}

/** As good as certain. */
const certain = 60;

/**
 * Evidence for one load: passes only if every condition does (the least of them), fails if any one
 * does (their mean). What was cut off before it could be judged counts against either.
 */
export function loadEvidence(
  loads: readonly LoadEvidence[],
  at: LoadEvidence,
  shares: readonly number[],
): ShareEvidence & { readonly byCondition: readonly ShareEvidence[] } {
  const byCondition = shares.map((share, j): ShareEvidence => {
    const { good = 0, missed = 0, unknown = 0 } = at.counts[j] ?? {};
    const effect = effectAt(loads, at, j, 1 - share);
    const n = (good + missed + unknown) / effect;
    return {
      pass: shareEvidence((missed + unknown) / effect, n, 1 - share).pass,
      fail: shareEvidence(missed / effect, n, 1 - share).fail,
    };
  });
  const { backlog } = at;
  if (backlog === 'growing') return { pass: -certain, fail: certain, byCondition };
  const pass = Math.min(...byCondition.map((each) => each.pass));
  const fail = logMeanExp(byCondition.map((each) => each.fail));
  return { pass: backlog === 'rising' ? Math.min(0, pass) : pass, fail, byCondition };
}

function logMeanExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0) / values.length);
}
