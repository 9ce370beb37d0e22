import type { FoundCapacity, FoundLoad } from '../../analyses/capacity-found.ts';
import {
  bindingSentence,
  boundsSentence,
  capacityHint,
  capacityRemarks,
  capacitySentence,
  loadText,
} from '../../plots/analyses/capacity-answer.ts';
import { chosenShare, count, duration, number, share } from '../../plots/format.ts';
import { type Dress, dressFor, table, wrap } from './layout.ts';

export interface CapacityInput extends FoundCapacity {
  readonly title: string;
  readonly files: readonly (readonly [string, string])[];
  readonly color: boolean;
  readonly width: number;
}

/** The answer of a capacity search, every load it tried, and why it ended. */
export function renderCapacity(input: CapacityInput): string {
  const dress = dressFor(input.color);
  const blocks = [
    [dress.dim(input.title), ...wrap(`objective: ${input.conditions.join(', ')}`, input.width, 2).map(dress.dim)],
    answer(input, dress),
    tried(input, dress),
    steadiness(input),
    points(input),
    foot(input, dress),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function answer(input: CapacityInput, dress: Dress): string[] {
  const { confidence, estimate, unit, width } = input;
  const hint = capacityHint(input);
  const lines = [
    confidence === undefined
      ? 'decided by single runs, as in the literature: how sure this is, nobody knows'
      : `${chosenShare(confidence)} confidence${estimate === undefined ? '' : `, most likely ${loadText(estimate, unit)}`}`,
    boundsSentence(input),
    ...[bindingSentence(input) ?? []].flat(),
    ...capacityRemarks(input),
    ...[hint === undefined ? [] : `hint: ${hint}`].flat(),
  ];
  return [...wrap(capacitySentence(input), width).map(dress.bold), ...lines.flatMap((line) => wrap(line, width, 2))];
}

const signs = { passes: '✓', fails: '×', undecided: '·' } as const;

function tried({ tried: rows, unit, conditions }: CapacityInput, dress: Dress): string[] {
  if (rows.length === 0) return [];
  const paint = { passes: dress.met, fails: dress.missed, undecided: dress.dim };
  const worst = (shares: FoundLoad['shares']): string => {
    const known = shares.slice(0, conditions.length).filter((value): value is number => value !== undefined);
    return known.length === 0 ? 'none' : share(Math.min(...known));
  };
  return table(
    [
      { title: unit, align: 'right' },
      { title: '', align: 'left' },
      { title: 'requests', align: 'right' },
      { title: 'good', align: 'right' },
      { title: 'TTFT P99', align: 'right' },
      { title: 'TPOT P50', align: 'right' },
      { title: 'tokens/s', align: 'right' },
    ],
    rows.map((row) => [
      number(row.load),
      paint[row.verdict](`${signs[row.verdict]} ${row.backlog === 'growing' ? 'backlog grows' : row.verdict}`),
      count(row.requests),
      worst(row.shares),
      duration(row.point?.ttftP99_ms, ' '),
      duration(row.point?.tpotP50_ms, ' '),
      number(row.point?.outputTokens_per_s),
    ]),
  );
}

/** Whose steady state was judged, and at which loads there was none. */
function steadiness({ tried: rows, width }: CapacityInput): string[] {
  const windows = rows.flatMap((row) => row.windows);
  const steady = windows.filter(({ kind }) => kind === 'steady').length;
  const reasons = rows.flatMap(({ load: at, windows: looks }) => {
    const why = [...new Set(looks.flatMap((look) => (look.kind === 'settled' ? look.why : [])))];
    return why.length === 0 ? [] : [`${number(at)} ${why.join(' and ')}`];
  });
  if (steady + reasons.length === 0) return [];
  const rest = reasons.length === 0 ? '' : `; no steady state: ${reasons.join(', ')}`;
  return wrap(`judged in their steady state: ${steady} of ${windows.length} looks${rest}`, width, 2);
}

function points({ points: found, loadPoints, unit, width }: CapacityInput): string[] {
  const { best, knee, kneeAfter, saturation, saturationAfter } = found;
  const between = (after: number | undefined): string =>
    after === undefined ? '' : `, not yet at ${loadText(after, unit)}`;
  const named = [
    `best within the objective: ${loadText(best, unit)}`,
    `knee, P99 of the first token above twice its least: ${loadText(knee, unit)}${between(kneeAfter)}`,
    `saturation, less than 90% completed of what arrives or a growing backlog: ${loadText(saturation, unit)}${between(saturationAfter)}`,
  ];
  const tried = loadPoints?.flatMap(({ share: of, load }) => (load === undefined ? [] : [[of, load] as const])) ?? [];
  if (tried.length > 0) {
    const shares = tried.map(([of, load]) => `${share(of)} ${loadText(load, unit)}`);
    named.push(`loads tried near shares of saturation: ${shares.join(', ')}`);
  }
  return named.flatMap((line) => wrap(line, width, 2));
}

function foot({ cost, files }: CapacityInput, dress: Dress): string[] {
  const label = Math.max(0, ...files.map(([name]) => name.length));
  return [
    dress.dim(
      `${count(cost.requests)} requests, ${duration(cost.seconds * 1000, ' ')} of load, ${count(cost.tokens)} tokens${cost.money === undefined ? '' : `, ${number(cost.money)} in money`}`,
    ),
    ...files.map(([name, path]) => `${dress.dim(name.padEnd(label))}  ${path}`),
  ];
}
