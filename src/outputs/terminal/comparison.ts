import type { Difference, Direction } from '../../analyses/comparison.ts';
import type { GateResult } from '../../analyses/comparison-gate.ts';
import { count, number, quantity } from '../../plots/format.ts';
import type { ComparisonView } from '../comparison-view.ts';
import { type Dress, dressFor, table, wrap } from './layout.ts';

/** Runs side by side at 80 columns: what differs in how they were made, then every number with its difference. */
export function renderComparison(
  result: ComparisonView,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const dress = dressFor(color);
  const blocks = [
    result.systems.map(
      ({ name, requests, folder }, i) =>
        `${i === 0 ? 'baseline ' : '         '} ${dress.bold(name)}, ${count(requests)} requests, ${folder}`,
    ),
    rates(result),
    ...result.pairs.flatMap((pair) => [
      [
        dress.bold(`${pair.candidate} against ${result.systems[0]?.name}`),
        ...pair.warnings.flatMap((text) => wrap(`${dress.suspect('!')} ${text}`, width, 2)),
      ],
      pair.differing.flatMap(({ kind, key, baseline, candidate }) =>
        wrap(`${dress.dim(`${kind} differs:`)} ${key} ${short(baseline)} → ${short(candidate)}`, width, 2),
      ),
      differences(pair.differences, dress, pair.paired),
      pair.gates.flatMap((gate) => wrap(gateLine(gate, dress), width, 2)),
    ]),
    wrap(
      `${result.pairs[0]?.paired ? 'Paired: both runs sent the same requests at the same times.' : 'Unpaired: “could find” is the smallest change found in four of five such comparisons.'} ` +
        `Intervals ${result.confidence * 100} %, block bootstrap over ${result.window === 'steady' ? 'the steady windows' : 'the whole runs'}; ` +
        'the words allow for how many numbers are compared (Holm).',
      width,
    ).map(dress.dim),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

const short = (text: string): string => (text.length > 48 ? `${text.slice(0, 45)}…` : text);

function rates({ systems }: ComparisonView): string[] {
  const cell = (value: number | undefined): string => (value === undefined ? 'none' : `${number(value)}/s`);
  return table(
    [
      { title: 'tokens per second', align: 'left' },
      { title: 'by TPOT', align: 'right' },
      { title: 'by tail TBT', align: 'right' },
      { title: 'fluid', align: 'right' },
    ],
    systems.map(({ name, rates: { tpot, tbt, fluid } }) => [name, cell(tpot), cell(tbt), cell(fluid)]),
  );
}

function differences(list: readonly Difference[], dress: Dress, paired: boolean): string[] {
  return table(
    [
      { title: '', align: 'left' },
      { title: 'A', align: 'right' },
      { title: 'this', align: 'right' },
      { title: 'change', align: 'right' },
      { title: paired ? 'interval' : 'interval (could find)', align: 'left' },
      { title: '', align: 'left' },
    ],
    list.map((difference) => {
      const { statistic, baseline, candidate } = difference;
      return [
        statistic.id,
        quantity(baseline, statistic.unit, ' '),
        quantity(candidate, statistic.unit, ' '),
        changeText(difference, difference.change),
        intervalText(difference, paired),
        word(difference.direction, dress),
      ];
    }),
  );
}

/** A change with its sign: a share of the baseline, or points where differences are absolute. */
export function changeText({ statistic }: Difference, change: number | undefined): string {
  if (change === undefined) return 'n/a';
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

function word(direction: Direction, dress: Dress): string {
  if (direction === 'better') return dress.met('better');
  if (direction === 'worse') return dress.missed('worse');
  return direction === 'no clear difference' ? dress.dim('not clear') : direction;
}

function gateLine({ gate, outcome, explain }: GateResult, dress: Dress): string {
  const sign = {
    passed: dress.met('✓ passed'),
    failed: dress.missed('× failed'),
    undecided: dress.suspect('! undecided'),
  }[outcome];
  return `${sign}: ${gate.text}; ${explain}`;
}
