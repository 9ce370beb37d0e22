import type { CompareResult } from '../analyses/comparison-result.ts';
import { capacityVerdictText } from '../plots/analyses/capacity-verdict.ts';
import { changeText, intervalText } from '../plots/analyses/comparison-differences.ts';
import { number, quantity } from '../plots/format.ts';
import { failedText } from './terminal/comparison.ts';

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** A comparison for a pull request. */
export function renderComparisonMarkdown(comparison: CompareResult): string {
  const { systems, pairs, confidence, window, failed = [] } = comparison;
  const [baseline] = systems;
  const parts = pairs.map((pair) => {
    const gates = pair.gates.map(({ gate, outcome, explain }) => `- **${outcome}**: \`${gate.text}\`; ${explain}`);
    const lines = pair.differences.map((difference) => {
      const { statistic, baseline: one, candidate: other, direction } = difference;
      return row(
        statistic.label,
        quantity(one, statistic.unit, ' '),
        quantity(other, statistic.unit, ' '),
        changeText(difference, difference.change),
        intervalText(difference, pair.paired),
        direction,
      );
    });
    return [
      `### ${pair.candidate} against ${baseline?.name}`,
      '',
      ...(gates.length > 0 ? [...gates, ''] : []),
      ...pair.warnings.map((text) => `> ${text}\n`),
      row('', 'baseline', 'candidate', 'change', `${confidence * 100} % interval`, 'verdict'),
      row('---', '---:', '---:', '---:', '---', '---'),
      ...lines,
      '',
      `${pair.paired ? 'Paired by request' : 'Unpaired; in brackets the smallest change that would have been found'}${pair.rounds !== undefined && pair.rounds > 1 ? `, clustered by round (${pair.rounds})` : ''}, ${window === 'steady' ? 'steady windows' : 'whole runs'}, Holm's correction in the verdicts.`,
    ].join('\n');
  });
  const gone = failed.map((each) => `> **${failedText(each)}**\n`);
  return `${[...gone, ...capacities(comparison), ...parts].join('\n\n')}\n`;
}

function capacities({ capacities: found = [], capacityPairs = [], capacityNotes = [] }: CompareResult): string[] {
  if (found.length === 0) return [];
  const load = (value: number | undefined, unit: string): string =>
    value === undefined ? 'none' : `${number(value)} ${unit}`;
  const verdicts = capacityPairs.map((pair) => `- ${pair.baseline.objective}: **${capacityVerdictText(pair)}**`);
  const warnings = [...capacityPairs.flatMap((pair) => pair.warnings), ...capacityNotes].map((text) => `> ${text}`);
  return [
    ...(verdicts.length > 0 ? [verdicts.join('\n')] : []),
    ...warnings,
    [
      row('objective', 'system', 'passes', 'fails', 'likely'),
      row('---', '---', '---:', '---:', '---:'),
      ...found.map(({ name, objective, unit, lower, upper, estimate }) =>
        row(objective, name, load(lower, unit), load(upper, unit), load(estimate, unit)),
      ),
    ].join('\n'),
  ];
}
