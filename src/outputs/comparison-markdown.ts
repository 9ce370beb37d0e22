import { quantity } from '../plots/format.ts';
import type { ComparisonView } from './comparison-view.ts';
import { changeText, intervalText } from './terminal/comparison.ts';

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** A comparison for a pull request. */
export function renderComparisonMarkdown({ systems, pairs, confidence, window }: ComparisonView): string {
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
      `${pair.paired ? 'Paired by request' : 'Unpaired; in brackets the smallest change that would have been found'}, ${window === 'steady' ? 'steady windows' : 'whole runs'}, Holm's correction in the verdicts.`,
    ].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}
