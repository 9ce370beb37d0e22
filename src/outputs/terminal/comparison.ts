import type { Difference, Direction } from '../../analyses/comparison.ts';
import type { GateResult } from '../../analyses/comparison-gate.ts';
import type { CompareResult, FailedTarget } from '../../analyses/comparison-result.ts';
import { changeText, intervalText } from '../../plots/analyses/comparison-differences.ts';
import { count, quantity } from '../../plots/format.ts';
import { capacityBlocks, differingLines } from './compared-capacities.ts';
import { figureBlocks } from './compared-figures.ts';
import { type Dress, dressFor, table, wrap } from './layout.ts';

/** Runs side by side at 80 columns: what differs in how they were made, then every number with its difference. */
export function renderComparison(
  result: CompareResult,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const dress = dressFor(color);
  const blocks = [
    result.systems.map(
      ({ name, requests, folder }, i) =>
        `${i === 0 ? 'baseline ' : '         '} ${dress.bold(name)}, ${count(requests)} requests, ${folder}`,
    ),
    (result.failed ?? []).flatMap((each) => wrap(`${dress.missed('×')} ${failedText(each)}`, width, 2)),
    ...figureBlocks(result),
    ...capacityBlocks(result, dress, width),
    ...result.pairs.flatMap((pair) => [
      [
        dress.bold(`${pair.candidate} against ${result.systems[0]?.name}`),
        ...pair.warnings.flatMap((text) => wrap(`${dress.suspect('!')} ${text}`, width, 2)),
      ],
      pair.differing.flatMap((key) => differingLines(key, dress, width)),
      differences(pair.differences, dress, pair.paired),
      pair.gates.flatMap((gate) => wrap(gateLine(gate, dress), width, 2)),
    ]),
    result.pairs.length > 0 ? wrap(howCompared(result), width).map(dress.dim) : [],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** How the intervals were made, one paragraph. */
function howCompared({ pairs, confidence, window }: CompareResult): string {
  const pairing = pairs.every(({ paired }) => paired)
    ? 'Paired: all sent the same requests at the same times.'
    : 'Unpaired: “could find” is the smallest change found in four of five such comparisons.';
  const rounds = pairs.find((pair) => pair.rounds !== undefined)?.rounds;
  const over = window === 'steady' ? 'the steady windows' : 'the whole runs';
  const how = rounds !== undefined && rounds > 1 ? `clustered by round (${rounds})` : 'block bootstrap';
  return (
    `${pairing} Intervals ${confidence * 100} %, ${how}, over ${over}; ` +
    'the words allow for how many numbers are compared (Holm).'
  );
}

export const failedText = ({ name, round, reason, measured }: FailedTarget): string =>
  `${name} could not be measured in round ${round}: ${reason}; ${count(measured)} of its rounds are kept`;

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
        short(quantity(baseline, statistic.unit, ' ')),
        short(quantity(candidate, statistic.unit, ' ')),
        changeText(difference, difference.change),
        short(intervalText(difference, paired)),
        word(difference.direction, dress),
      ];
    }),
    0,
  );
}

/** What 80 columns have no room for: the name of a rate says of what, and one unit stands for both ends. */
const short = (text: string): string => text.replace(' tokens/s', '/s').replace(/(%| pt)( to .*\1)/, '$2');

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
