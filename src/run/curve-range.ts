import { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import type { PrefillDeadline, ScorePolicy } from '../metrics/index.ts';
import { count } from '../plots/format.ts';

/**
 * Refuses prompts outside the lengths the prefill curve was measured on, unless the policy allows them. Lengths
 * are those asked for, as before a run; a server that counts its template too does so for the curve as well.
 */
export function expectWithinCurve({ prefillDeadline: curve }: ScorePolicy, prompts: Iterable<number>): void {
  if (curve.kind !== 'curve' || curve.extrapolate) return;
  const { askedFrom: from = curve.from, askedTo: to = curve.to } = curve;
  let [all, outside, shortest, longest] = [0, 0, Number.POSITIVE_INFINITY, 0];
  for (const length of prompts) {
    all++;
    if (length < from || length > to) outside++;
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
  }
  if (outside > 0) throw refusal(curve, { all, outside, shortest, longest, from, to });
}

/** The same for the prompts of a stored run. */
export const expectRecordsWithinCurve = (policy: ScorePolicy, records: readonly RequestRecord[]): void =>
  expectWithinCurve(
    policy,
    records.flatMap(({ prompt }) => prompt.asked ?? prompt.local ?? prompt.reported ?? []),
  );

function refusal(
  { id }: Extract<PrefillDeadline, { kind: 'curve' }>,
  found: Record<'all' | 'outside' | 'shortest' | 'longest' | 'from' | 'to', number>,
): MetronError {
  const { all, outside, shortest, longest, from, to } = found;
  return new MetronError(
    'CURVE_RANGE',
    `the prefill curve ${id} was measured on prompts of ${count(from)} to ${count(to)} tokens, and ${count(outside)} of ${count(all)} prompts (${count(shortest)} to ${count(longest)} tokens) lie outside`,
    {
      hint: 'measure these lengths with metron profile --lengths, or take the curve beyond them with --extrapolate-curve, which flags the result',
    },
  );
}
