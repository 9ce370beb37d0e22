import type { ComparedCapacities, ComparedCapacity } from '../../analyses/comparison-capacity.ts';
import type { CompareResult } from '../../analyses/comparison-result.ts';
import { chosenShare, count, number } from '../format.ts';
import { strong } from '../words.ts';
import { boundsText, capacityVerdictText } from './capacity-verdict.ts';
import type { ChartRow } from './chart.ts';
import type { PageFigure, PageSection, PageTable } from './document.ts';
import { logAxis } from './ranges.ts';

/** How much load each system carries, which carries more, and what differed between the searches. */
export function capacitySection(input: CompareResult): PageSection {
  const { capacityPairs = [] } = input;
  const lead = capacityPairs.map((pair) => `${pair.baseline.objective}: ${capacityVerdictText(pair)}.`);
  return {
    id: 'capacity',
    short: 'Capacity',
    title: 'How much load each carries',
    ...(lead.length > 1 && { lead: lead.join(' ') }),
    figures: [capacitiesFigure(input)],
    tables: capacityPairs.filter(({ differing }) => differing.length > 0).map(differingTable),
  };
}

/** What must be known before any of it, one sentence each. */
export function capacityRemarks({ capacityPairs = [], capacityNotes = [] }: CompareResult): string[] {
  const workloads = capacityPairs.flatMap(({ baseline, candidate, differing }) => {
    const keys = differing.filter(({ forbids }) => forbids).map(({ key }) => key);
    return keys.length === 0
      ? []
      : [
          `the searches of ${baseline.name} and ${candidate.name} had different workloads (${keys.join(', ')}): their capacities say little about the systems`,
        ];
  });
  return [...new Set([...workloads, ...capacityPairs.flatMap(({ warnings }) => warnings), ...capacityNotes])];
}

const differingTable = ({ baseline, candidate, differing }: ComparedCapacities): PageTable => ({
  name: `What differs between the searches of ${baseline.name} and ${candidate.name} for ${baseline.objective}`,
  words: 4,
  head: ['Setting', 'Kind', baseline.name, candidate.name],
  rows: differing.map((each) => [
    each.key,
    each.forbids ? `${each.kind}, forbids` : each.kind,
    each.baseline,
    each.candidate,
  ]),
});

/** What capacity searches found, by objective. */
function capacitiesFigure({ capacities = [], capacityPairs = [] }: CompareResult): PageFigure {
  const objectives = [...new Set(capacities.map(({ objective }) => objective))];
  const edges = capacities.flatMap(({ lower, upper, estimate }) =>
    [lower, upper, estimate].filter((each) => each !== undefined),
  );
  const textOf = (capacity: ComparedCapacity): string =>
    capacity.estimate === undefined ? boundsText(capacity) : `${number(capacity.estimate)} (${boundsText(capacity)})`;
  const rowOf = (capacity: ComparedCapacity): ChartRow => {
    const value = capacity.estimate ?? capacity.lower ?? capacity.upper;
    const { lower, upper } = capacity;
    return {
      label: capacity.name,
      ...(value !== undefined && { value }),
      ...(lower !== undefined && upper !== undefined && { low: lower, high: upper }),
      sign: 'dot',
      tone: 'data',
      text: textOf(capacity),
      words: [`${capacity.name} under ${capacity.objective}: `, strong(textOf(capacity)), ` ${capacity.unit}`],
    };
  };
  return {
    id: 'figure-capacities',
    wide: true,
    drawn: {
      title: titleOf(capacityPairs, objectives.length),
      subtitle:
        'Most likely capacity with its interval, by objective. One carries more where the intervals do not overlap.',
      note: `${count(capacities.length)} searches. ${confidenceText(capacities)} Axis logarithmic.`,
      alt: `Capacities: ${capacities.map((each) => `${each.name} ${textOf(each)}`).join('; ')}.`,
      table: {
        head: ['Objective', 'Search', 'Capacity'],
        rows: capacities.map((each) => [each.objective, each.name, textOf(each)]),
      },
      data: {
        kind: 'rows',
        axis: logAxis(edges, `Load, ${capacities[0]?.unit ?? ''}`),
        groups: objectives.map((label) => ({
          label,
          rows: capacities.filter(({ objective }) => objective === label).map(rowOf),
        })),
      },
    },
  };
}

function titleOf(pairs: readonly ComparedCapacities[], objectives: number): string {
  const [only] = pairs;
  if (only && pairs.length === 1) return capacityVerdictText(only);
  const clear = pairs.filter(({ verdict }) => verdict === 'more' || verdict === 'less').length;
  const under = objectives === 1 ? 'one objective' : `${count(objectives)} objectives`;
  if (pairs.length === 0) return `Capacity under ${under}`;
  return `Under ${under} the capacities differ clearly in ${count(clear)} of ${count(pairs.length)} comparisons`;
}

function confidenceText(capacities: readonly ComparedCapacity[]): string {
  const known = [...new Set(capacities.flatMap(({ confidence }) => confidence ?? []))];
  return known.length === 0 ? '' : `Intervals ${known.map(chosenShare).join(', ')}.`;
}
