import type { DifferingKey } from '../../analyses/comparison-compatibility.ts';
import type { CompareResult } from '../../analyses/comparison-result.ts';
import { capacityVerdictText } from '../../plots/analyses/capacity-verdict.ts';
import { number } from '../../plots/format.ts';
import { type Dress, table, wrap } from './layout.ts';

/** What searches found, objective by objective: bounds, which system carries more, and what differed between them. */
export function capacityBlocks(result: CompareResult, dress: Dress, width: number): string[][] {
  const { capacities = [], capacityPairs = [], capacityNotes = [] } = result;
  if (capacities.length === 0) return [];
  const verdicts = capacityPairs.flatMap((pair) => [
    ...wrap(`${pair.baseline.objective}:`, width).map(dress.dim),
    ...wrap(`  ${dress.bold(capacityVerdictText(pair))}`, width, 4),
    ...pair.warnings.flatMap((text) => wrap(`  ${dress.suspect('!')} ${text}`, width, 4)),
    ...pair.differing.flatMap((key) => differingLines(key, dress, width)),
  ]);
  const notes = capacityNotes.flatMap((text) => wrap(`${dress.suspect('!')} ${text}`, width, 2));
  return [capacityTable(result), [...verdicts, ...notes]];
}

/** Highest load shown to pass and lowest shown to fail, objective by objective. */
function capacityTable({ capacities = [] }: CompareResult): string[] {
  const load = (value: number | undefined): string => (value === undefined ? 'none' : number(value));
  const objectives = [...new Set(capacities.map(({ objective }) => objective))];
  return table(
    [
      { title: 'capacity', align: 'left' },
      { title: 'passes', align: 'right' },
      { title: 'fails', align: 'right' },
      { title: 'likely', align: 'right' },
    ],
    objectives.flatMap((objective) => [
      [objective, '', '', ''],
      ...capacities
        .filter((each) => each.objective === objective)
        .map(({ name, unit, lower, upper, estimate }) => [
          `  ${name}, ${unit}`,
          load(lower),
          load(upper),
          load(estimate),
        ]),
    ]),
  );
}

/** One setting in which two differ. */
export function differingLines(
  { kind, key, baseline, candidate }: DifferingKey,
  dress: Dress,
  width: number,
): string[] {
  return wrap(`${dress.dim(`${kind} differs:`)} ${key} ${short(baseline)} → ${short(candidate)}`, width, 2);
}

const short = (text: string): string => (text.length > 48 ? `${text.slice(0, 45)}…` : text);
