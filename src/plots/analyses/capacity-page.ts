import type { FoundCapacity, FoundLoad } from '../../analyses/capacity-found.ts';
import { parseSlo } from '../../slo/index.ts';
import { chosenShare, count, duration, interval, number, share } from '../format.ts';
import type { HeadlineNumber } from '../headline-numbers.ts';
import { listed, strong, type Words } from '../words.ts';
import { bindingSentence, boundsSentence, capacityRemarks, capacitySentence, loadText } from './capacity-answer.ts';
import { latencyFigure, nearAnswer, passingFigure, type ShownCondition, throughputFigure } from './capacity-figures.ts';
import type { AnalysisPage, PageTable } from './document.ts';

/** A search as its page shows it: what it found, and the objective as it was given. */
export interface CapacityPageInput extends FoundCapacity {
  readonly request: { readonly slo: readonly string[]; readonly presets: readonly string[] };
}

export interface CapacityOrigin {
  readonly name: string;
  readonly where: string;
  /** The command that goes on with the search. */
  readonly command: string;
}

/** The picture of a search: every load it tried, what it found, and how the target ran. */
export function capacityPage(input: CapacityPageInput, { name, where, command }: CapacityOrigin): AnalysisPage {
  const shown = shownCondition(input);
  const near = nearAnswer(input);
  return {
    schema: 'metron.analysis-page/1',
    eyebrow: ['Capacity', where, `${count(input.cost.requests)} requests at ${count(input.tried.length)} loads`],
    name,
    status: status(input),
    remarks: remarks(input),
    answer: `${capacitySentence(input)}.`,
    why: why(input),
    headline: headline(input),
    sections: [
      {
        id: 'loads',
        short: 'Loads',
        title: 'Which loads meet the objective',
        figures: [
          { id: 'figure-passing', wide: near.length < 3, drawn: passingFigure(input, shown) },
          ...(near.length < 3 ? [] : [{ id: 'figure-near', drawn: passingFigure(input, shown, true) }]),
        ],
      },
      {
        id: 'target',
        short: 'Target',
        title: 'How the target ran',
        figures: [
          { id: 'figure-latency', drawn: latencyFigure(input) },
          { id: 'figure-throughput', drawn: throughputFigure(input) },
        ],
      },
      { id: 'numbers', short: 'Numbers', title: 'Every load', tables: [everyLoad(input)] },
    ],
    source: { file: 'capacity.json', command },
  };
}

function shownCondition({ conditions, bindingCondition, request, tried }: CapacityPageInput): ShownCondition {
  const slo = parseSlo(request.slo, request.presets);
  const margin = (i: number): number =>
    Math.min(...tried.flatMap(({ shares }) => shares[i] ?? []), 1) - (slo.conditions[i]?.share ?? 1);
  const nearest = conditions.map((_, i) => i).sort((a, b) => margin(a) - margin(b))[0] ?? 0;
  const found = bindingCondition === undefined ? -1 : conditions.indexOf(bindingCondition);
  const index = found >= 0 && margin(found) < 0 ? found : nearest;
  return { index, text: conditions[index] ?? '', required: slo.conditions[index]?.share ?? 1 };
}

function status({ reason, confidence }: CapacityPageInput): AnalysisPage['status'] {
  if (reason === 'nothing-passes') return { state: 'bad', label: 'Nothing carried' };
  if (reason === 'target-failed') return { state: 'bad', label: 'Target lost' };
  if (reason === 'high-limit') return { state: 'warn', label: 'Everything allowed passes' };
  if (reason === 'client-limit') return { state: 'warn', label: 'The client was the limit' };
  if (reason === 'irregular') return { state: 'warn', label: 'Irregular' };
  if (reason !== 'found') return { state: 'warn', label: 'Search not finished' };
  if (confidence === undefined) return { state: 'warn', label: 'Found by single runs' };
  return { state: 'ok', label: `Found, ${chosenShare(confidence)} confidence` };
}

function remarks(input: CapacityPageInput): string[] {
  const { conditions, confidence } = input;
  return [
    `objective: ${conditions.join(', ')}`,
    ...(confidence === undefined
      ? ['decided by single runs, as in the literature: how sure this is, nobody knows']
      : []),
    ...capacityRemarks(input),
  ];
}

function why(input: CapacityPageInput): Words[] {
  const { estimate, unit, tried, cost } = input;
  const binding = bindingSentence(input);
  const verdicts = (['passes', 'fails', 'undecided'] as const).flatMap((verdict) => {
    const n = tried.filter((each) => each.verdict === verdict).length;
    return n === 0 ? [] : [`${count(n)} ${{ passes: 'pass', fails: 'fail', undecided: 'stay undecided' }[verdict]}`];
  });
  return [
    ...(estimate === undefined ? [] : [['Most likely ', strong(loadText(estimate, unit)), '.']]),
    ...(binding === undefined ? [] : [[`${input.bindingCondition === undefined ? capitalized(binding) : binding}.`]]),
    [`In the words of RFC 9971: ${boundsSentence(input)}.`],
    [
      `Of ${count(tried.length)} ${tried.length === 1 ? 'load' : 'loads'}, ${listed(verdicts) || 'none was judged'}; it took ${duration(cost.seconds * 1000)} of load and ${count(cost.tokens)} tokens.`,
    ],
  ];
}

const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function headline({
  relevantLowerBound: lower,
  relevantUpperBound: upper,
  estimate,
  unit,
  points,
  tried,
}: CapacityPageInput): HeadlineNumber[] {
  const point = tried.find(({ load }) => load === lower)?.point;
  const known = (label: string, value: number | undefined, line: string): HeadlineNumber => ({
    label,
    value: value === undefined ? 'none' : unit === 'users' ? count(value) : number(value),
    ...(value === undefined ? {} : { unit }),
    lines: [line],
  });
  return [
    known('Passes up to', lower, 'highest load shown to pass'),
    known('Fails from', upper, 'lowest load shown to fail'),
    known(
      'Most likely',
      estimate,
      estimate === undefined ? 'needs a load on either side' : `of ${interval(lower, upper, '')}`,
    ),
    {
      label: 'Throughput within the objective',
      value: point?.outputTokens_per_s === undefined ? 'none' : number(point.outputTokens_per_s),
      ...(point?.outputTokens_per_s === undefined ? {} : { unit: 'tokens/s' }),
      lines: ['at the highest load shown to pass'],
    },
    known('Saturation', points.saturation, `knee: ${loadText(points.knee, unit)}`),
  ];
}

function everyLoad({ tried, unit, conditions }: CapacityPageInput): PageTable {
  return {
    name: 'Every load that was tried',
    words: 2,
    head: [
      `Load, ${unit}`,
      'Verdict',
      'Requests',
      ...conditions,
      'First token P50',
      'First token P99',
      'Time per token P50',
      'Tokens/s',
      'Completed/s',
    ],
    rows: [...tried].sort((a, b) => a.load - b.load).map((row) => rowOf(row, conditions.length)),
  };
}

const rowOf = ({ load, verdict, backlog, requests, shares, point }: FoundLoad, conditions: number): string[] => [
  number(load),
  backlog === 'growing' ? `${verdict}, backlog grows` : verdict,
  count(requests),
  ...Array.from({ length: conditions }, (_, i) => share(shares[i])),
  duration(point?.ttftP50_ms),
  duration(point?.ttftP99_ms),
  duration(point?.tpotP50_ms),
  number(point?.outputTokens_per_s),
  number(point?.completed_per_s),
];
