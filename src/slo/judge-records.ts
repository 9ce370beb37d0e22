import type { RequestRecord } from '../core/record.ts';
import { AnswerReader, type ScorePolicy } from '../metrics/index.ts';
import type { Slo } from './slo.ts';

/** The units of one condition, by request in the order given. */
export interface Tally {
  readonly good: Float64Array;
  readonly missed: Float64Array;
  /** Cut off before they could be judged: counted against whatever is to be shown. */
  readonly unknown: Float64Array;
  /** How hard the bound was strained by each request; NaN where that is not known. */
  readonly strain: Float64Array;
}

/** The policy a stored or fresh run is judged under: the objective's own deadlines come first. */
export const policyUnder = (policy: ScorePolicy, slo: Slo): ScorePolicy => ({ ...policy, ...slo.policy });

/** Judges the measured requests of a run, one tally per condition of the objective. */
export function judgeRecords(records: readonly RequestRecord[], slo: Slo, policy: ScorePolicy): Tally[] {
  const reader = new AnswerReader(policyUnder(policy, slo));
  const measured = records.filter(({ phase }) => phase === 'measure');
  const column = () => new Float64Array(measured.length);
  const tallies = slo.conditions.map(() => ({
    good: column(),
    missed: column(),
    unknown: column(),
    strain: column().fill(Number.NaN),
  }));
  for (const [i, record] of measured.entries()) {
    const answer = reader.read(record);
    for (const [j, condition] of slo.conditions.entries()) {
      const tally = tallies[j] as Tally;
      const { good, missed, unknown, strain } = condition.judge(answer);
      tally.good[i] = good;
      tally.missed[i] = missed;
      tally.unknown[i] = unknown;
      if (strain !== undefined) tally.strain[i] = strain;
    }
  }
  return tallies;
}
