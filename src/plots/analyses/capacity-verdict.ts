import type { ComparedCapacities, ComparedCapacity } from '../../analyses/comparison-capacity.ts';
import { number } from '../format.ts';

/** What is known of a capacity, without its unit. */
export function boundsText({ lower, upper }: ComparedCapacity): string {
  if (lower !== undefined && upper !== undefined) return `${number(lower)} to ${number(upper)}`;
  if (lower !== undefined) return `at least ${number(lower)}`;
  return upper === undefined ? 'unknown' : `less than ${number(upper)}`;
}

/** Which of two carries more, in one sentence without its full stop. */
export function capacityVerdictText({ baseline, candidate, verdict }: ComparedCapacities): string {
  const [a, b] = [`${baseline.name} ${boundsText(baseline)}`, `${candidate.name} ${boundsText(candidate)}`];
  const more = (first: ComparedCapacity, second: ComparedCapacity): string =>
    `${first.name} carries more: ${boundsText(first)} against ${boundsText(second)} ${first.unit}`;
  switch (verdict) {
    case 'more':
      return more(candidate, baseline);
    case 'less':
      return more(baseline, candidate);
    case 'overlap':
      return `no clear difference: ${a} and ${b} ${baseline.unit} overlap`;
    case 'unknown':
      return `cannot tell which carries more: ${a}, ${b} ${baseline.unit}`;
    case 'irregular':
      return `cannot tell which carries more: irregular results (RFC 9971), ${a}, ${b} ${baseline.unit}`;
    case 'other unit':
      return `cannot tell which carries more: ${a} ${baseline.unit}, ${b} ${candidate.unit}`;
    default:
      return verdict satisfies never;
  }
}
