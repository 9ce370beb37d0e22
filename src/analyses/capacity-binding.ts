import type { CapacityReason, CapacityResult, TriedLoad } from './capacity-result.ts';

/**
 * Index of the condition that fails first as load grows: of those that the lowest failing load does not meet,
 * the one that exceeds its allowed misses most. Absent where no load was shown to fail, or only its backlog grows.
 */
export function bindingOf(tried: readonly TriedLoad[], required: readonly number[]): number | undefined {
  for (const { verdict, shares } of tried) {
    if (verdict !== 'fails') continue;
    const excess = required.map((share, j) => (1 - (shares[j] ?? 1)) / (1 - share));
    const most = Math.max(...excess);
    if (most > 1) return excess.indexOf(most);
  }
  return undefined;
}

/** Which relevant bound does not exist, and why (RFC 9971); absent where both do. */
export function missingBound({
  lower,
  upper,
  reason,
  tried,
}: Pick<CapacityResult, 'lower' | 'upper' | 'reason' | 'tried'>): Pick<CapacityResult, 'missingBound'> {
  const missing = whichIsMissing(lower, upper, reason, tried);
  return missing === undefined ? {} : { missingBound: missing };
}

function whichIsMissing(
  lower: number | undefined,
  upper: number | undefined,
  reason: CapacityReason,
  tried: readonly TriedLoad[],
): string | undefined {
  if (lower !== undefined && upper !== undefined) return undefined;
  if (lower === undefined && upper === undefined) {
    return tried.some(({ verdict }) => verdict !== 'undecided')
      ? 'no relevant bounds: what single loads show is not yet enough among all that were tried'
      : 'no relevant bounds: no load was shown to pass or to fail';
  }
  if (lower === undefined) return `no relevant lower bound: ${whyNone(reason, 'pass')}`;
  return `no relevant upper bound: ${whyNone(reason, 'fail')}`;
}

function whyNone(reason: CapacityReason, verdict: 'pass' | 'fail'): string {
  if (reason === 'high-limit') return 'the highest load that may be tried passes';
  if (reason === 'nothing-passes') return 'the lowest load that may be tried fails';
  return `no load was shown to ${verdict}`;
}
