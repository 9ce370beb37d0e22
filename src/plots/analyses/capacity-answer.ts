import type { FoundCapacity } from '../../analyses/capacity-found.ts';
import { count, number } from '../format.ts';

/** What decides how the result of a search is put into words. */
export type CapacityAnswer = Pick<
  FoundCapacity,
  'reason' | 'unit' | 'relevantLowerBound' | 'relevantUpperBound' | 'client' | 'target'
>;

/** A load with its unit; `none` for what no load has shown. */
export const loadText = (value: number | undefined, unit: string): string =>
  value === undefined
    ? 'none'
    : `${unit === 'users' && Number.isInteger(value) ? count(value) : number(value)} ${unit}`;

/** The answer of a search in one sentence, without its full stop; the same in the terminal and on the page. */
export function capacitySentence(answer: CapacityAnswer): string {
  const { reason, unit, relevantLowerBound: lower, relevantUpperBound: upper, client, target } = answer;
  const both = `between ${loadText(lower, unit)} and ${loadText(upper, unit)}`;
  const atLeast = lower === undefined ? 'unknown' : `at least ${loadText(lower, unit)}`;
  const known = lower !== undefined && upper !== undefined ? both : atLeast;
  switch (reason) {
    case 'found':
      return `Capacity ${both}`;
    case 'nothing-passes':
      return `No load meets the objective: even ${loadText(upper, unit)} fails`;
    case 'high-limit':
      return `Capacity ${atLeast}, the highest load that was allowed`;
    case 'client-limit':
      return `Capacity ${known}; this client cannot make ${loadText(client?.load, unit)}`;
    case 'target-failed':
      return `The target was lost${target ? ` at ${loadText(target.load, unit)}` : ''}; capacity ${known} until then`;
    case 'interrupted':
      return `Interrupted; capacity ${known} so far`;
    case 'irregular':
      return `Irregular result; relevant bounds ${both}`;
    default:
      return `Budget spent; capacity ${known} (${lower === undefined ? 'no' : 'a'} lower bound)`;
  }
}

/** What else must be known before the answer is quoted, one sentence each. */
export function capacityRemarks(found: FoundCapacity): string[] {
  const { unit, irregular, missingBound, client, target, extrapolated } = found;
  return [
    ...(irregular === undefined ? [] : [`irregular (RFC 9971): ${irregular}`]),
    ...(missingBound === undefined ? [] : [`${missingBound} (RFC 9971)`]),
    ...inferred(found),
    ...(client === undefined ? [] : [`at ${loadText(client.load, unit)} the client was the limit: ${client.reason}`]),
    ...(target === undefined
      ? []
      : [`the look at ${loadText(target.load, unit)} does not count, the target was lost in it: ${target.reason}`]),
    ...(extrapolated === undefined
      ? []
      : [
          `${count(extrapolated)} prompts lie outside the lengths of the prefill curve: their first-token deadline is a guess`,
        ]),
  ];
}

/** Loads that met the objective as far as they were looked at, and fail since smaller ones do. */
function inferred({ tried, unit, confidence }: FoundCapacity): string[] {
  if (confidence === undefined) return [];
  const loads = tried.filter(
    ({ verdict, backlog, shares }) =>
      verdict === 'fails' && backlog !== 'growing' && shares.every((share) => share === undefined || share === 1),
  );
  if (loads.length === 0) return [];
  const named = loads.map(({ load }) => loadText(load, unit)).join(', ');
  return [`${named}: too short a look to see a miss; fails because smaller loads do`];
}

/** Which condition fails first as load grows, and how; the backlog alone where no condition does. */
export function bindingSentence({ bindingCondition, edge, tried, reason }: FoundCapacity): string | undefined {
  if (bindingCondition !== undefined) {
    if (reason === 'nothing-passes') return `${bindingCondition} fails at the lowest load that was tried`;
    return `${bindingCondition} fails first as load grows${edge === 'cliff' ? ', all at once: a cliff' : ', gradually'}`;
  }
  const failing = tried.find(({ verdict }) => verdict === 'fails');
  return failing?.backlog === 'growing' ? 'every condition is met, but the backlog grows without bound' : undefined;
}

/** The bounds in the words of RFC 9971, and how the target ran at the lower one. */
export function boundsSentence(found: FoundCapacity): string {
  const { unit, relevantLowerBound: lower, relevantUpperBound: upper, conditionalThroughput: at } = found;
  const rates = [
    ...(at?.outputTokens_per_s === undefined ? [] : [`${number(at.outputTokens_per_s)} tokens/s`]),
    ...(at?.completed_per_s === undefined ? [] : [`${number(at.completed_per_s)} answers/s`]),
  ];
  const throughput = rates.length === 0 ? 'none' : rates.join(', ');
  return `relevant lower bound ${loadText(lower, unit)}, relevant upper bound ${loadText(upper, unit)}, conditional throughput ${throughput}`;
}

/** What can be done about how the search ended; absent where it found what it was asked for. */
export function capacityHint({ reason, tried }: Pick<FoundCapacity, 'reason' | 'tried'>): string | undefined {
  switch (reason) {
    case 'found':
      return undefined;
    case 'high-limit':
      return 'a higher --high, or a stricter objective, finds the edge';
    case 'nothing-passes':
      return 'loosen the objective, or see in the lowest look what an answer takes when nothing else is asked';
    case 'client-limit':
      return 'metron doctor says what this machine can do; a calmer or larger one goes on with --resume';
    case 'target-failed':
      return 'bring the target back and go on with --resume: looks that ended are not repeated';
    case 'interrupted':
      return 'go on with --resume: looks that ended are not repeated';
    case 'budget':
      if (tried.length === 0) {
        return 'the budget does not pay for the first run: start at a higher load with --low, or ask for fewer --requests';
      }
      return 'go on with --resume and a larger --budget-time or --budget-requests, or ask for less with --tolerance';
    case 'irregular':
      return 'was something else at work on the target, or does a cache or a scaler change it? look again with another --seed';
    default:
      return reason satisfies never;
  }
}
