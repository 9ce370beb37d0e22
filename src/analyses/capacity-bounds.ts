import type { LoadEvidence } from './capacity-evidence.ts';
import type { ShareEvidence } from './sequential-share.ts';

/** One load with what speaks for and against it. */
export interface JudgedLoad {
  readonly evidence: LoadEvidence;
  readonly own: ShareEvidence & { readonly byCondition: readonly ShareEvidence[] };
  /** Logarithm of the evidence of all loads from this one up that the capacity is not below it. */
  readonly pass: number;
  /** Logarithm of the evidence of all loads up to this one that the capacity is not above it. */
  readonly fail: number;
}

/**
 * A larger load never passes where a smaller one fails. So what speaks for any load from λ up speaks
 * against a capacity below λ, and the wealth of bets on different loads multiplies. Each load bets
 * only part of its wealth in each direction, so a load that turns out the other way costs little.
 */
export function judgeLoads(ascending: readonly LoadEvidence[], own: readonly JudgedLoad['own'][]): JudgedLoad[] {
  const pass = own.map((each, i) => hedged(each.pass, stakeOn(ascending[i]?.stake ?? 0.5)));
  const fail = own.map((each, i) => hedged(each.fail, stakeOn(1 - (ascending[i]?.stake ?? 0.5))));
  const passFrom = pass.map((_, i) => pass.slice(i).reduce((sum, value) => sum + value, 0));
  const failTo = fail.map((_, i) => fail.slice(0, i + 1).reduce((sum, value) => sum + value, 0));
  return ascending.map((evidence, i) => ({
    evidence,
    own: own[i] as JudgedLoad['own'],
    pass: passFrom[i] as number,
    fail: failTo[i] as number,
  }));
}

/**
 * Part of the wealth that is staked on what is believed with this probability: next to nothing on what
 * is unlikely, little on what is open, since loads at the very edge never bring anything in.
 */
export const stakeOn = (belief: number): number => 0.05 + 0.9 * belief * belief;

/** Wealth of one who stakes a part on e and keeps the rest: log(1 − w + w·e). */
const hedged = (logEvidence: number, stake: number): number =>
  Math.max(Math.log1p(-stake), Math.log(stake) + logEvidence) +
  Math.log1p(Math.exp(-Math.abs(Math.log1p(-stake) - (Math.log(stake) + logEvidence))));

/** What a load must show so that both bounds together hold with the confidence asked for. */
export const decisive = (confidence: number): number => Math.log(2 / (1 - confidence));

/** Highest load shown to pass and lowest shown to fail; absent where none is. */
export interface Bounds {
  readonly lower?: JudgedLoad;
  readonly upper?: JudgedLoad;
}

/** `loads` ascending. Every load below the lower bound must be shown to pass too, and likewise above. */
export function boundsOf(loads: readonly JudgedLoad[], confidence: number): Bounds {
  const needed = decisive(confidence);
  let passed = 0;
  while (passed < loads.length && (loads[passed] as JudgedLoad).pass >= needed) passed++;
  let failed = loads.length;
  while (failed > 0 && (loads[failed - 1] as JudgedLoad).fail >= needed) failed--;
  const lower = loads[passed - 1];
  const upper = loads[failed];
  return { ...(lower && { lower }), ...(upper && { upper }) };
}

/** Two loads of which the smaller is shown to fail and the larger to pass, each by its own evidence. */
export function contradiction(
  loads: readonly JudgedLoad[],
  confidence: number,
): { readonly failing: JudgedLoad; readonly passing: JudgedLoad } | undefined {
  const needed = decisive(confidence);
  const failing = loads.find(({ own }) => own.fail >= needed);
  const passing = loads.findLast(({ own }) => own.pass >= needed);
  if (!failing || !passing || failing.evidence.load >= passing.evidence.load) return undefined;
  return { failing, passing };
}

/** RFC 9971 where results are irregular: the smallest failing load, and the largest passing one below it. */
export function irregularBounds(loads: readonly JudgedLoad[], confidence: number): Bounds {
  const needed = decisive(confidence);
  const upper = loads.find(({ own }) => own.fail >= needed);
  const lower = loads.findLast(
    ({ own, evidence }) => own.pass >= needed && (!upper || evidence.load < upper.evidence.load),
  );
  return { ...(lower && { lower }), ...(upper && { upper }) };
}
