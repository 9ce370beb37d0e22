import type { FoundCapacity } from '../../analyses/capacity-found.ts';
import { count, number } from '../format.ts';

/** What decides how the result of a search is put into words. */
export type CapacityAnswer = Pick<
  FoundCapacity,
  'reason' | 'unit' | 'relevantLowerBound' | 'relevantUpperBound' | 'client'
>;

/** A load with its unit; `none` for what no load has shown. */
export const loadText = (value: number | undefined, unit: string): string =>
  value === undefined ? 'none' : `${unit === 'users' ? count(value) : number(value)} ${unit}`;

/** The answer of a search in one sentence, without its full stop; the same in the terminal and on the page. */
export function capacitySentence(answer: CapacityAnswer): string {
  const { reason, unit, relevantLowerBound: lower, relevantUpperBound: upper, client } = answer;
  const both = `between ${loadText(lower, unit)} and ${loadText(upper, unit)}`;
  const atLeast = lower === undefined ? 'unknown' : `at least ${loadText(lower, unit)}`;
  switch (reason) {
    case 'found':
      return `Capacity ${both}`;
    case 'nothing-passes':
      return `No load meets the objective: even ${loadText(upper, unit)} fails`;
    case 'high-limit':
      return `Capacity ${atLeast}, the highest load that was allowed`;
    case 'client-limit':
      return `Capacity ${atLeast}; this client cannot make ${loadText(client?.load, unit)}`;
    case 'target-failed':
      return `The target stopped answering; capacity ${atLeast} until then`;
    case 'interrupted':
      return `Interrupted; capacity ${lower !== undefined && upper !== undefined ? both : atLeast} so far`;
    case 'irregular':
      return `Irregular result; relevant bounds ${both}`;
    default:
      return `Budget spent; capacity ${lower !== undefined && upper !== undefined ? both : atLeast} (${lower === undefined ? 'no' : 'a'} lower bound)`;
  }
}
