import type { Difference, Direction } from '../../analyses/comparison.ts';
import { limitOf } from '../../analyses/comparison-gate.ts';
import type { ComparedPair, CompareResult } from '../../analyses/comparison-result.ts';
import type { Drawn } from '../figure.ts';
import { count, number, plural, quantity } from '../format.ts';
import { listed, strong } from '../words.ts';
import type { Chart, ChartRow, Sign, Tone } from './chart.ts';
import type { PageTable } from './document.ts';

const signs: Readonly<Record<Direction, readonly [Sign, Tone]>> = {
  better: ['dot', 'met'],
  worse: ['cross', 'miss'],
  different: ['diamond', 'data'],
  'no clear difference': ['ring', 'data-2'],
  'cannot tell': ['ring', 'data-2'],
};

/** More than this, and how many times as much says more than percent. */
const manyTimes = 10;

/** A change with its sign: a share of the baseline, or points where differences are absolute. */
export function changeText({ statistic }: Difference, change: number | undefined): string {
  if (change === undefined) return 'n/a';
  if (change >= manyTimes && !statistic.absolute) return `×${Number((1 + change).toPrecision(2))}`;
  const value = (change * 100)
    .toFixed(1)
    .replace('-', '−')
    .replace(/^−0\.0$/, '0.0');
  return `${change > 0 && value !== '0.0' ? '+' : ''}${value}${statistic.absolute ? ' pt' : '%'}`;
}

export function intervalText(difference: Difference, paired: boolean): string {
  const { low, high, detectable } = difference;
  if (low === undefined || high === undefined) return '';
  const text = `${changeText(difference, low)} to ${changeText(difference, high)}`;
  return paired || detectable === undefined ? text : `${text} (${(detectable * 100).toFixed(1)}%)`;
}

/** Every number of one pair on one axis: dot, interval, zero line, and the gate's threshold. */
export function differencesFigure(pair: ComparedPair, { window, confidence, systems }: CompareResult): Drawn<Chart> {
  const { differences, paired, gates } = pair;
  const baseline = systems[0]?.name ?? 'A';
  const limits = gates.flatMap(({ gate }) => {
    const found = differences.find(({ statistic }) => statistic.id === gate.statistic);
    return (found && limitOf(gate, found)) ?? [];
  });
  const rows = differences.map((difference) => rowOf(difference, pair));
  const edge = 1.25 * Math.max(0.02, ...differences.map(reachOf), ...limits.map(Math.abs));
  const ends = differences.flatMap(({ low = 0, high = 0 }) => [low, high]);
  const from = Math.max(-edge, Math.min(0, ...ends, ...limits) * 1.05);
  const to = Math.min(edge, Math.max(0, ...ends, ...limits) * 1.05);
  const n = Math.max(0, ...differences.map((each) => each.n));
  if (differences.every(({ change }) => change === undefined)) {
    return {
      title: pairTitle(pair, baseline),
      subtitle: 'Change of every number.',
      empty: 'No number was measured in both.',
    };
  }
  return {
    title: pairTitle(pair, baseline),
    subtitle: `Change from ${baseline} to ${pair.candidate}, a share of ${baseline} (of errors: points). Dot: better, cross: worse, ring: no clear difference.${limits.length > 0 ? ' Dashed on a row: where its gate fails.' : ''}`,
    note: `n up to ${count(n)}, ${paired ? 'paired by request' : 'unpaired'}, ${window === 'steady' ? 'steady windows' : 'whole runs'}. Bars: ${confidence * 100}%, block bootstrap; the words allow for how many numbers are compared (Holm). An arrow: the interval goes on, and a sign at that edge may lie beyond it.`,
    alt: `${pairTitle(pair, baseline)}. ${differences.length} differences with intervals.`,
    table: { head: headOf(baseline, pair.candidate), rows: differences.map((each) => cellsOf(each, paired)) },
    data: {
      kind: 'rows',
      axis: { type: 'linear', from: Math.min(from, -0.01), to: Math.max(to, 0.01), unit: 'share', title: 'Change' },
      zero: 0,
      groups: [{ rows }],
    },
  };
}

/** How far a change may push the axis: one that is not clear by no more than its whole baseline, lest it press all others flat. */
const reachOf = ({ change = 0, direction }: Difference): number =>
  direction === 'better' || direction === 'worse' ? Math.abs(change) : Math.min(1, Math.abs(change));

export function pairTitle({ candidate, differences }: ComparedPair, baseline: string): string {
  const of = (direction: Direction): number => differences.filter((each) => each.direction === direction).length;
  const parts = [
    ...(of('better') > 0 ? [`better in ${count(of('better'))}`] : []),
    ...(of('worse') > 0 ? [`worse in ${count(of('worse'))}`] : []),
  ];
  if (parts.length === 0) return `No clear difference between ${candidate} and ${baseline}`;
  return `${candidate} is ${listed(parts)} of ${plural(differences.length, 'number')} against ${baseline}`;
}

function rowOf(difference: Difference, { gates }: ComparedPair): ChartRow {
  const { statistic, change, low, high, direction } = difference;
  const [sign, tone] = signs[direction];
  const gate = gates.find((each) => each.gate.statistic === statistic.id)?.gate;
  const limit = gate && limitOf(gate, difference);
  const text = `${changeText(difference, change)} ${direction === 'no clear difference' ? 'not clear' : direction}`;
  const values = `${quantity(difference.baseline, statistic.unit)} → ${quantity(difference.candidate, statistic.unit)}`;
  return {
    label: statistic.label,
    ...(change !== undefined && { value: change }),
    ...(low !== undefined && high !== undefined && { low, high }),
    sign,
    tone,
    text,
    ...(limit !== undefined && { limit }),
    words: [
      `${statistic.label}: `,
      strong(text),
      ` (${intervalText(difference, true) || 'no interval'}), ${values}${gate ? `; gate ${gate.text}` : ''}`,
    ],
  };
}

const headOf = (baseline: string, candidate: string): string[] => [
  'Number',
  'Verdict',
  baseline,
  candidate,
  'Change',
  'Interval',
  'p, corrected',
];

const cellsOf = (difference: Difference, paired: boolean): string[] => [
  difference.statistic.label,
  difference.direction,
  quantity(difference.baseline, difference.statistic.unit),
  quantity(difference.candidate, difference.statistic.unit),
  changeText(difference, difference.change),
  intervalText(difference, paired),
  number(difference.adjustedP),
];

export const differencesTable = (pair: ComparedPair, baseline: string): PageTable => ({
  name: `${pair.candidate} against ${baseline}`,
  words: 2,
  head: headOf(baseline, pair.candidate),
  rows: pair.differences.map((each) => cellsOf(each, pair.paired)),
});
